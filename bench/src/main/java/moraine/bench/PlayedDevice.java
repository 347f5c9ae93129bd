package moraine.bench;

import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.driver.FaultSink;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;

/** A device without memory or kernels, that faults where it is told to. Confined to one thread. */
public final class PlayedDevice implements DeviceDriver {
    private int space;
    private long[] addresses = {};
    private int next;

    /** Makes the device touch pages, which the faults that are drained then ask for. */
    void touch(int inSpace, long[] pages) {
        space = inSpace;
        addresses = pages;
        next = 0;
    }

    @Override
    public String name() {
        return "played";
    }

    @Override
    public int drainFaults(FaultSink sink) {
        int end = Math.min(addresses.length, next + sink.room());
        int drained = end - next;
        for (; next < end; next++) {
            sink.fault(space, addresses[next] & -Pages.SIZE, Intent.READ);
        }
        return drained;
    }
}
