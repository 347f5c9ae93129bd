package moraine.core.impl.host;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Clock;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Step;
import org.jspecify.annotations.Nullable;

/**
 * Samples the slots of all workers that call plug-ins, and tells when one has been inside the same call for too long.
 * Time in which the watchdog itself did not run (a suspended machine, a long collection), and in which the host works
 * for the plug-in (storage that hangs), is not held against anybody. In virtual time there is none.
 */
public final class Watchdog {
    private static final class Watch {
        final Slot slot;
        final LongConsumer stalled;
        long stamp;
        long insideNs;
        boolean told;

        Watch(Slot slot, LongConsumer stalled) {
            this.slot = slot;
            this.stalled = stalled;
        }
    }

    private final Clock clock;
    private final long limitNs;
    private final long periodNs;
    private final List<Watch> watches = new CopyOnWriteArrayList<>();
    private final @Nullable Actor actor;
    private long lastNs;

    /** @param limitNs how long a call may last */
    public Watchdog(Environment environment, String name, int initiator, long limitNs) {
        this.clock = environment.clock();
        this.limitNs = limitNs;
        this.periodNs = Math.max(1, limitNs / 8);
        this.lastNs = clock.nowNs();
        this.actor = clock.virtual() ? null : environment.actors().start(name, initiator, this::sample);
    }

    /**
     * Watches a slot.
     *
     * @param stalled told once per call that is too long, with its length; must return at once
     */
    public void watch(Slot slot, LongConsumer stalled) {
        watches.add(new Watch(slot, stalled));
    }

    public void forget(Slot slot) {
        watches.removeIf(watch -> watch.slot == slot);
    }

    private Step.Progress sample(Actor self) {
        long nowNs = clock.nowNs();
        long passedNs = Math.min(nowNs - lastNs, 2 * periodNs);
        lastNs = nowNs;
        for (Watch watch : watches) {
            look(watch, passedNs);
        }
        self.wakeAt(nowNs + periodNs);
        return Step.Progress.IDLE;
    }

    private void look(Watch watch, long passedNs) {
        long stamp = watch.slot.stamp();
        if (stamp != watch.stamp || (stamp & 1) == 0) {
            watch.stamp = stamp;
            watch.insideNs = 0;
            watch.told = false;
            return;
        }
        if (!watch.slot.inHost()) {
            watch.insideNs += passedNs;
        }
        if (watch.insideNs >= limitNs && !watch.told) {
            watch.told = true;
            watch.stalled.accept(watch.insideNs);
        }
    }

    /** Ends the sampling. */
    public void close() {
        Actor mine = actor;
        if (mine != null) {
            mine.stop();
        }
    }
}
