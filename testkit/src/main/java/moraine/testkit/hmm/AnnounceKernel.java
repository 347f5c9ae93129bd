package moraine.testkit.hmm;

import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;

/** Makes a range accessible to a device and touches nothing. */
record AnnounceKernel(long address, long pages, Intent intent) implements Kernel {
    @Override
    public String name() {
        return "conformance-announce";
    }

    @Override
    public int blocks() {
        return 1;
    }

    @Override
    public Block block(int index) {
        return memory -> {
            memory.prefault(address, pages * Pages.SIZE, intent);
            return false;
        };
    }
}
