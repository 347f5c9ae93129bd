package moraine.sim.workload;

import java.util.List;
import java.util.stream.Collectors;
import moraine.core.api.driver.Block;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Pages;
import moraine.sim.trace.Phase;
import moraine.sim.trace.Trace;

/**
 * A recorded trace, replayed reference by reference at its own addresses. The program ran on a CPU; that a device plays
 * some of its phases is an assumption, and so is that it plays runs of {@value #BLOCK} references side by side.
 */
final class TraceReplay implements Workload {
    /** References that a device's block plays in order. */
    static final int BLOCK = 2048;

    private static final int STEP = 128;

    private final Trace trace;
    private final List<Phase> phases;

    TraceReplay(Trace trace, List<Phase> phases) {
        this.trace = trace;
        this.phases = phases;
    }

    @Override
    public String name() {
        return trace.name();
    }

    @Override
    public String summary() {
        return "trace " + trace.name() + ", " + trace.instructions() + " instruction fetches left out";
    }

    @Override
    public long pages() {
        return trace.pageCount();
    }

    @Override
    public long references() {
        return trace.references();
    }

    @Override
    public Backing backing() {
        return Backing.STAMPS;
    }

    @Override
    public List<String> notes() {
        String shares = phases.stream().map(Phase::toString).collect(Collectors.joining(","));
        return phases.stream().allMatch(p -> p.actor().equals(Phase.CPU))
                ? List.of()
                : List.of("The program was recorded on a CPU; the hand-over " + shares
                        + " (percent of the references) is assumed, and so is that a device plays runs of " + BLOCK
                        + " references side by side.");
    }

    @Override
    public Outcome run(Stage stage) {
        map(stage);
        for (Phase phase : phases) {
            long first = phase.first(trace.references());
            long end = phase.end(trace.references());
            if (phase.actor().equals(Phase.CPU)) {
                stage.cpuAlone("replay", new Play(first, end));
            } else {
                int blocks = (int) ((end - first + BLOCK - 1) / BLOCK);
                var kernel = new GridKernel("replay", blocks, index -> {
                    long start = first + (long) index * BLOCK;
                    return new Play(start, Math.min(start + BLOCK, end));
                });
                stage.kernelOn(phase.actor(), kernel);
            }
        }
        return Outcome.right(trace.references() + " references were completed");
    }

    /** Maps each run of neighbouring pages where it was. */
    private void map(Stage stage) {
        long[] pages = trace.pages();
        for (int i = 0; i < pages.length; ) {
            int end = i + 1;
            while (end < pages.length && pages[end] == pages[end - 1] + 1) {
                end++;
            }
            stage.mapAt(pages[i] << Pages.SHIFT, (long) (end - i) << Pages.SHIFT);
            i = end;
        }
    }

    /** Consecutive references, some a step. */
    private final class Play implements Block {
        private final long end;
        private long next;

        Play(long first, long end) {
            this.next = first;
            this.end = end;
        }

        @Override
        public boolean step(DeviceAccess memory) {
            long until = Math.min(next + STEP, end);
            for (long i = next; i < until; i++) {
                memory.touch(trace.address(i), trace.bytes(i), trace.intent(i));
            }
            next = until;
            return next < end;
        }
    }
}
