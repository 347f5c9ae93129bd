package moraine.driver.gpu;

import java.util.concurrent.atomic.AtomicInteger;
import moraine.core.api.host.DriverContext;
import moraine.core.api.time.Actor;
import org.jspecify.annotations.Nullable;

/** The workers of a device, and what the scheduler wants done outside its lock. */
final class Crew {
    private final Scheduler scheduler;
    private final Upcalls upcalls;
    private final @Nullable Actor[] actors;

    /** Changes when a space is detached; tells workers to look for accesses to close. */
    private final AtomicInteger detaches = new AtomicInteger();

    Crew(Scheduler scheduler, Upcalls upcalls, int workers) {
        this.scheduler = scheduler;
        this.upcalls = upcalls;
        actors = new Actor[workers];
    }

    /** Starts the workers; they idle until there is a launch. */
    void start(DriverContext context, boolean faulting) {
        for (int index = 0; index < actors.length; index++) {
            var worker = new Worker(index, this, scheduler, upcalls, context, faulting);
            actors[index] = context.actors().start(context.device() + "-sm" + index, context.node(), worker);
        }
    }

    /**
     * Tells the host of faults and ended launches, and wakes idle workers that there is work for. Called after every
     * change of the scheduler, with no lock held.
     *
     * @param spared blocks that the calling worker takes itself
     */
    void settle(int spared) {
        if (scheduler.takeRaise()) {
            upcalls.raiseFaults();
        }
        for (Grid grid = scheduler.pollEnded(); grid != null; grid = scheduler.pollEnded()) {
            upcalls.count(grid.failed() ? Tally.LAUNCHES_FAILED : Tally.LAUNCHES, 1);
            upcalls.flush();
            grid.complete();
        }
        wake(scheduler.takeIdle(spared));
    }

    /** Makes every worker close what it holds of detached spaces, or end when the device is closed. */
    void dismiss() {
        detaches.incrementAndGet();
        wake(scheduler.takeAllIdle());
    }

    int detaches() {
        return detaches.get();
    }

    private void wake(long workers) {
        for (long left = workers; left != 0; left &= left - 1) {
            Actor actor = actors[Long.numberOfTrailingZeros(left)];
            if (actor != null) {
                actor.wake();
            }
        }
    }
}
