package moraine.itest.soak;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Sees whether each worker gets on; one that does not for half a minute ends the run with the stacks of all threads.
 */
final class Watchdog implements Runnable {
    private static final long LIMIT_NS = 30_000_000_000L;
    private static final long LOOK_NS = 500_000_000L;

    private final List<Worker> workers;
    private final Tally tally;
    private final Runnable hang;
    private final long[] seen;
    private final long[] sinceNs;
    private volatile boolean over;

    /** @param hang what to do when a worker hangs and the failure is noted */
    Watchdog(List<Worker> workers, Tally tally, Runnable hang) {
        this.workers = workers;
        this.tally = tally;
        this.hang = hang;
        this.seen = new long[workers.size()];
        this.sinceNs = new long[workers.size()];
        Arrays.fill(seen, -1);
    }

    @Override
    public void run() {
        while (!over) {
            for (int i = 0; i < seen.length; i++) {
                look(i);
            }
            LockSupport.parkNanos(LOOK_NS);
        }
    }

    private void look(int index) {
        Worker worker = workers.get(index);
        long beats = worker.beats();
        long nowNs = System.nanoTime();
        if (beats != seen[index] || worker.ended()) {
            seen[index] = beats;
            sinceNs[index] = nowNs;
        } else if (nowNs - sinceNs[index] > LIMIT_NS) {
            tally.fail(new AssertionError("worker " + index + " has been at " + worker.doing + " for "
                    + LIMIT_NS / 1_000_000_000L + " s; all threads:\n" + stacks()));
            over = true;
            hang.run();
        }
    }

    private static String stacks() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getValue().length > 0)
                .map(entry -> entry.getKey().getName() + "\n"
                        + Arrays.stream(entry.getValue())
                                .map(frame -> "    " + frame)
                                .collect(Collectors.joining("\n")))
                .collect(Collectors.joining("\n"));
    }

    void end() {
        over = true;
    }
}
