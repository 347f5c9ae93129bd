package moraine.itest.soak;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Violation;

/** Checks the machine under the workers, and prints a line of progress, every so often. */
final class Monitor implements Runnable {
    private final Machine machine;
    private final Tally tally;
    private final long seconds;
    private final CountDownLatch done;

    Monitor(Machine machine, Tally tally, long seconds, CountDownLatch done) {
        this.machine = machine;
        this.tally = tally;
        this.seconds = seconds;
        this.done = done;
    }

    @Override
    public void run() {
        long startNs = System.nanoTime();
        try {
            do {
                List<Violation> broken = machine.check();
                if (!broken.isEmpty()) {
                    tally.fail(new AssertionError("invariants are broken: " + broken));
                }
                tally.did(Kind.CHECK);
                System.out.println(line((System.nanoTime() - startNs) / 1_000_000_000L));
            } while (!done.await(seconds, TimeUnit.SECONDS) && !tally.failed());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            tally.fail(e);
        }
    }

    private String line(long second) {
        return String.format(
                "%4d s  %,11d operations  %,11d pages proven  %,11d pages moved  %,4d exchanges  %,3d removals"
                        + "  %,7d RAM pages free  %s",
                second,
                tally.operations(),
                tally.provenPages(),
                Ledger.moved(machine),
                tally.count(Kind.POLICY_EXCHANGED) + tally.count(Kind.POLICY_WITHDRAWN),
                tally.count(Kind.DEVICE_REMOVED),
                machine.nodes().getFirst().freePages(),
                machine.policies().active());
    }
}
