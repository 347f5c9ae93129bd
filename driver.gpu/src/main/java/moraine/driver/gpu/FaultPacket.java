package moraine.driver.gpu;

import moraine.core.api.model.Intent;

/** A fault on its way from the buffer to the host; reused. */
final class FaultPacket {
    private int space;
    private long address;
    private long pages = 1;
    private Intent intent = Intent.READ;

    void set(int faultSpace, long faultAddress, long faultPages, Intent faultIntent) {
        space = faultSpace;
        address = faultAddress;
        pages = faultPages;
        intent = faultIntent;
    }

    int space() {
        return space;
    }

    long address() {
        return address;
    }

    long pages() {
        return pages;
    }

    Intent intent() {
        return intent;
    }
}
