package moraine.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * Processor time of the calling thread. On an idle machine it is what a clock on the wall shows; on a busy one, what
 * others took is not in it.
 */
final class Stopwatch {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private Stopwatch() {}

    static long timeNs(Runnable round) {
        long start = THREADS.getCurrentThreadCpuTime();
        round.run();
        return THREADS.getCurrentThreadCpuTime() - start;
    }
}
