package moraine.sim.workload;

import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.model.Pages;

/** A stage that changes a bit of every page after each kernel, as a machine that loses data would. */
record SpoilingStage(FlatStage stage, long base, long pages) implements Stage {
    @Override
    public void kernel(Kernel kernel) {
        stage.kernel(kernel);
        for (long page = 0; page < pages; page++) {
            long address = base + page * Pages.SIZE + 8;
            stage.onCpu.putLong(address, stage.onCpu.getLong(address) ^ 1L << 20);
        }
    }

    @Override
    public long map(long bytes) {
        return stage.map(bytes);
    }

    @Override
    public long mapAt(long address, long bytes) {
        return stage.mapAt(address, bytes);
    }

    @Override
    public void preferDevice(long address, long bytes) {
        stage.preferDevice(address, bytes);
    }

    @Override
    public void cpu(String phase, int pieces, IndexWork work) {
        stage.cpu(phase, pieces, work);
    }

    @Override
    public void cpuAlone(String phase, Block work) {
        stage.cpuAlone(phase, work);
    }

    @Override
    public void kernelOn(String name, Kernel kernel) {
        stage.kernelOn(name, kernel);
    }
}
