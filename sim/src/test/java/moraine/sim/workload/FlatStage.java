package moraine.sim.workload;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.driver.PageFault;
import moraine.core.api.model.Pages;

/** A stage on flat memory, whose device plays resident blocks in a random order and makes them repeat steps. */
final class FlatStage implements Stage {
    private static final int RESIDENT = 8;

    final FlatMemory onCpu;
    final FlatMemory onDevice;
    final List<String> phases = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(5);
    private long mapped;

    FlatStage(long pages) {
        var memory = MemorySegment.ofArray(new long[(int) (pages * Pages.SIZE / Long.BYTES)]);
        onCpu = new FlatMemory(memory, 0);
        onDevice = new FlatMemory(memory, 300);
    }

    @Override
    public long map(long bytes) {
        long address = FlatMemory.BASE + mapped;
        mapped += Pages.ceil(bytes);
        return address;
    }

    long mappedPages() {
        return mapped / Pages.SIZE;
    }

    @Override
    public long mapAt(long address, long bytes) {
        mapped += bytes;
        return address;
    }

    @Override
    public void preferDevice(long address, long bytes) {}

    @Override
    public void cpu(String phase, int pieces, IndexWork work) {
        phases.add(phase);
        for (int i = pieces - 1; i >= 0; i--) {
            work.piece(onCpu, i);
        }
    }

    @Override
    public void cpuAlone(String phase, Block work) {
        phases.add(phase);
        boolean more = true;
        while (more) {
            more = work.step(onCpu);
        }
    }

    @Override
    public void kernel(Kernel kernel) {
        kernelOn("gpu0", kernel);
    }

    @Override
    public void kernelOn(String name, Kernel kernel) {
        phases.add(name + ":" + kernel.name());
        var running = new ArrayList<Block>();
        for (int next = 0; next < kernel.blocks() || !running.isEmpty(); ) {
            if (next < kernel.blocks() && running.size() < RESIDENT) {
                running.add(kernel.block(next++));
            } else {
                play(running, random.nextInt(running.size()));
            }
        }
    }

    private void play(List<Block> running, int turn) {
        try {
            if (!running.get(turn).step(onDevice)) {
                running.remove(turn);
            }
        } catch (PageFault _) {
            // the step is repeated when its turn comes
        }
    }
}
