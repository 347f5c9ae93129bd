package moraine.driver.gpu;

import moraine.core.api.driver.FaultHandler;
import moraine.core.api.model.Intent;

/** Where a worker's accesses leave the address that they could not translate. Confined to the worker. */
final class FaultLatch implements FaultHandler {
    private boolean set;
    private long address;
    private long pages = 1;
    private Intent intent = Intent.READ;

    @Override
    public void fault(long faultAddress, Intent faultIntent) {
        fault(faultAddress, 1, faultIntent);
    }

    @Override
    public void fault(long faultAddress, long faultPages, Intent faultIntent) {
        set = true;
        address = faultAddress;
        pages = faultPages;
        intent = faultIntent;
    }

    boolean set() {
        return set;
    }

    void clear() {
        set = false;
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
