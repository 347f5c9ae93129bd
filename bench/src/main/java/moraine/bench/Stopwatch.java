package moraine.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import moraine.testkit.JvmThreads;

/**
 * How long a round takes: in processor time of the calling thread, which is what a clock on the wall shows on an idle
 * machine, without what others took on a busy one; or, where other threads have a part in it, by that clock.
 */
final class Stopwatch {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static final JvmThreads WALL = new JvmThreads();

    private Stopwatch() {}

    static long timeNs(boolean parallel, Runnable round) {
        if (!parallel) {
            return timeNs(round);
        }
        long start = WALL.nowNs();
        round.run();
        return WALL.nowNs() - start;
    }

    static long timeNs(Runnable round) {
        long start = THREADS.getCurrentThreadCpuTime();
        round.run();
        return THREADS.getCurrentThreadCpuTime() - start;
    }
}
