package moraine.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.testkit.JvmThreads;

/**
 * Several threads that touch one page of a device at once: from when the first of them touches it until the last has
 * read it, on a clock on the wall, against one thread that does so. More threads than processors take turns, and their
 * switches are in it.
 */
final class CrowdedFault implements AutoCloseable {
    private static final int BLOCKS = 6;
    private static final int ROUNDS_EACH = 10;
    private static final long CONTENT = 42;

    private final GpuRig rig = new GpuRig(Pages.PER_LARGE, 1);
    private final JvmThreads threads = new JvmThreads();
    private final long page = rig.space.mmap(MapRequest.anonymous(Pages.SIZE));

    private CrowdedFault() {
        rig.context.putLong(page, CONTENT);
    }

    /** Measures blocks of rounds of both kinds in turns, once both are warm. */
    static Row.Figure measure(int crowd, Effort effort) {
        int rounds = effort.rounds() * ROUNDS_EACH;
        double[] aloneNs = new double[BLOCKS * rounds];
        double[] manyNs = new double[BLOCKS * rounds];
        try (var fault = new CrowdedFault()) {
            long begun = fault.threads.nowNs();
            while (fault.threads.nowNs() - begun < 2 * effort.warmNs()) {
                fault.block(1, aloneNs, 0, rounds);
                fault.block(crowd, manyNs, 0, rounds);
            }
            for (int block = 0; block < BLOCKS; block++) {
                fault.block(1, aloneNs, block * rounds, rounds);
                fault.block(crowd, manyNs, block * rounds, rounds);
            }
            double one = Samples.quantile(aloneNs, 0.5);
            double all = Samples.quantile(manyNs, 0.5);
            return new Row.Figure(
                    all / one,
                    String.format(
                            Locale.ROOT,
                            "%.4g ns against %.4g ns, middle half %.2g to %.2g x",
                            all,
                            one,
                            Samples.quantile(manyNs, 0.25) / one,
                            Samples.quantile(manyNs, 0.75) / one));
        }
    }

    private void block(int size, double[] spansNs, int from, int rounds) {
        try (var crowd = new Crowd(size)) {
            for (int round = 0; round < rounds; round++) {
                spansNs[from + round] = crowd.spanNs();
            }
        }
    }

    @Override
    public void close() {
        rig.close();
    }

    /** Threads that wait for a round, touch the page, and say when they did. */
    private final class Crowd implements AutoCloseable {
        private static final int END = -1;

        private final AtomicInteger round = new AtomicInteger();
        private final AtomicInteger ready = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private final long[] startNs;
        private final long[] endNs;
        private final List<CpuContext> contexts = new ArrayList<>();

        Crowd(int size) {
            startNs = new long[size];
            endNs = new long[size];
            for (int i = 0; i < size; i++) {
                int mine = i;
                CpuContext context = rig.attach();
                contexts.add(context);
                threads.start("crowd" + i, () -> member(mine, context));
            }
        }

        private void member(int mine, CpuContext context) {
            for (int next = 1; ; next++) {
                ready.incrementAndGet();
                int now = awaitRound(next);
                if (now == END) {
                    done.incrementAndGet();
                    return;
                }
                startNs[mine] = threads.nowNs();
                long content = context.getLong(page);
                endNs[mine] = threads.nowNs();
                if (content != CONTENT) {
                    endNs[mine] = Long.MIN_VALUE;
                }
                done.incrementAndGet();
            }
        }

        private int awaitRound(int next) {
            int now = round.get();
            while (now != next && now != END) {
                Thread.yield();
                now = round.get();
            }
            return now;
        }

        /** {@return from the first touch to the last end} */
        long spanNs() {
            await(ready);
            if (rig.device.migrateToDevice(rig.space, page, Pages.SIZE).movedPages() != 1) {
                throw new IllegalStateException("the page did not go to the device");
            }
            round.incrementAndGet();
            await(done);
            long first = Long.MAX_VALUE;
            long last = Long.MIN_VALUE;
            for (int i = 0; i < startNs.length; i++) {
                first = Math.min(first, startNs[i]);
                last = Math.max(last, endNs[i]);
                if (endNs[i] == Long.MIN_VALUE) {
                    throw new IllegalStateException("thread " + i + " read something else than was written");
                }
            }
            return last - first;
        }

        private void await(AtomicInteger counter) {
            while (counter.get() < startNs.length) {
                Thread.yield();
            }
            counter.set(0);
        }

        @Override
        public void close() {
            await(ready);
            round.set(END);
            await(done);
            contexts.forEach(CpuContext::close);
        }
    }
}
