package moraine.core.impl.plugins;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.Intent;
import moraine.core.api.policy.DeviceFaults;

/** A batch of faults on consecutive pages that remembers what was decided. */
public final class FakeFaults implements DeviceFaults {
    private final int size;
    private final List<String> decisions;

    public FakeFaults(int size) {
        this.size = size;
        this.decisions = new ArrayList<>(Collections.nCopies(size, "plan"));
    }

    /** {@return for each fault {@code plan}, or the decision} */
    public List<String> decisions() {
        return decisions;
    }

    @Override
    public int device() {
        return Shapes.DEVICE;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int space(int index) {
        return 1;
    }

    @Override
    public long address(int index) {
        return 0x10000L + index * 4096L;
    }

    @Override
    public Intent intent(int index) {
        return Intent.READ;
    }

    @Override
    public int resident(int index) {
        return Shapes.RAM;
    }

    @Override
    public DeviceAction action(int index) {
        return DeviceAction.MAP_REMOTE;
    }

    @Override
    public void decide(int index, DeviceAction action, int windowPages) {
        decisions.set(index, action + " " + windowPages);
    }
}
