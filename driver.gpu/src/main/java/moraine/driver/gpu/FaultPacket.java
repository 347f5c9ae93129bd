package moraine.driver.gpu;

import moraine.core.api.model.Intent;

/** A fault on its way from the buffer to the host; reused. */
final class FaultPacket {
    private int space;
    private long address;
    private Intent intent = Intent.READ;

    void set(int faultSpace, long faultAddress, Intent faultIntent) {
        space = faultSpace;
        address = faultAddress;
        intent = faultIntent;
    }

    int space() {
        return space;
    }

    long address() {
        return address;
    }

    Intent intent() {
        return intent;
    }
}
