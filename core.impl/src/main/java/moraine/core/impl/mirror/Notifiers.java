package moraine.core.impl.mirror;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Point;
import moraine.core.api.time.Points;
import org.jspecify.annotations.Nullable;

/**
 * The interval notifiers of a space: whoever takes translations away announces the range first, whoever copies
 * translations proves that no announcement came between reading and installing (Linux mm/mmu_notifier.c).
 *
 * <p>Protocol. The sequence is even while no overlapping invalidation runs and odd while one does. {@link #start} makes
 * it odd if a subscription overlaps, then calls each; a subscription takes its own lock, remembers the sequence, tears
 * its translations down, and returns. {@link #end} of the last invalidation makes it even. A reader takes
 * {@link #readBegin}, which waits while its subscription is being invalidated, reads the CPU table, takes its own lock,
 * and installs only if {@link #readRetry} is false. Starts and ends nest and overlap: they are counted, not locked.
 *
 * <p>Subscriptions inserted or removed while the list is frozen (odd sequence) take effect at the last end. The list is
 * scanned: a space has one subscription a device. Linux announces the end of a space too (MMU_NOTIFY_RELEASE); here it
 * closes the devices' tables ({@link DeviceTable#close}), of which nobody has to be told by range.
 */
public final class Notifiers {
    /** Why translations go. */
    public enum Event {
        UNMAP,
        CLEAR,
        PROTECTION,
        MIGRATE,
        EXCLUSIVE
    }

    /** Somebody who keeps translations of a range. */
    public abstract static class Subscription {
        private final long start;
        private final long end;
        private volatile long sequence;
        /** The odd sequence at which it was inserted; one that is past when nothing was being invalidated. */
        private volatile long inserted;

        /** @throws MoraineException EOVERFLOW for a range that is empty or wraps */
        protected Subscription(long start, long end) {
            if (start >= end) {
                throw MoraineException.caller(
                        Errno.EOVERFLOW,
                        "a subscription covers " + Pages.range(start, end) + ", which is no range; end it later");
            }
            this.start = start;
            this.end = end;
        }

        /**
         * Tears translations down. Takes the subscription's lock, calls {@link #sequence} first, then removes what lies
         * in the range and waits until nobody uses it.
         *
         * @param owner cookie of who causes it, or null; a subscription ignores EXCLUSIVE events of its own
         * @param blockable whether it may wait for its lock
         * @return false only when not blockable and the lock was taken
         */
        protected abstract boolean invalidate(
                Event event, long from, long to, @Nullable String owner, long newSequence, boolean blockable);

        /** Remembers the sequence of an invalidation; the subscription's lock is held. */
        protected final void sequence(long newSequence) {
            sequence = newSequence;
        }

        private boolean overlaps(long from, long to) {
            return start < to && from < end;
        }
    }

    private final Actors actors;
    private final Points points;
    private final List<Subscription> deferredInserts = new ArrayList<>();
    private final List<Subscription> deferredRemoves = new ArrayList<>();
    private volatile Subscription[] subscriptions = {};
    private volatile long sequence = 2;
    private int active;

    public Notifiers(Actors actors) {
        this(actors, Points.PASS);
    }

    /** @param points told of every start */
    public Notifiers(Actors actors, Points points) {
        this.actors = actors;
        this.points = points;
    }

    /**
     * Announces that translations of a range go away; {@link #end} must follow unless it returns false.
     *
     * @return false when a subscription could not be invalidated without waiting, and must not wait
     */
    public boolean start(Event event, long from, long to, @Nullable String owner, boolean blockable) {
        Subscription[] now;
        long current;
        synchronized (this) {
            active++;
            now = subscriptions;
            for (Subscription subscription : now) {
                if (subscription.overlaps(from, to)) {
                    sequence |= 1;
                }
            }
            current = sequence;
        }
        for (Subscription subscription : now) {
            if (subscription.overlaps(from, to)
                    && !subscription.invalidate(event, from, to, owner, current, blockable)) {
                end();
                refused(blockable, from, to);
                return false;
            }
        }
        points.reach(Point.NOTIFIER_STARTED);
        return true;
    }

    private static void refused(boolean blockable, long from, long to) {
        if (blockable) {
            throw new IllegalStateException("a subscription kept " + Pages.range(from, to)
                    + " though it may wait for its lock; it must answer true");
        }
    }

    /** Announces a range and waits where it must. */
    public void start(Event event, long from, long to) {
        start(event, from, to, null, true);
    }

    /** Ends the invalidation that a {@link #start} began. */
    public synchronized void end() {
        active--;
        if (active != 0 || (sequence & 1) == 0) {
            return;
        }
        if (!deferredInserts.isEmpty() || !deferredRemoves.isEmpty()) {
            List<Subscription> list = new ArrayList<>(List.of(subscriptions));
            list.addAll(deferredInserts);
            list.removeAll(deferredRemoves);
            deferredInserts.clear();
            deferredRemoves.clear();
            subscriptions = list.toArray(Subscription[]::new);
        }
        sequence++;
    }

    /** Subscribes; readers of it wait if an invalidation runs. */
    public synchronized void insert(Subscription subscription) {
        if (active != 0 && (sequence & 1) == 1) {
            deferredInserts.add(subscription);
        } else {
            sequence |= active != 0 ? 1 : 0;
            List<Subscription> list = new ArrayList<>(List.of(subscriptions));
            list.add(subscription);
            subscriptions = list.toArray(Subscription[]::new);
        }
        subscription.inserted = active != 0 ? sequence : sequence - 1;
        subscription.sequence = subscription.inserted;
    }

    /** Waits until no invalidation runs that does not call a subscription because that came later. */
    public void awaitInserted(Subscription subscription) {
        awaitChange(subscription.inserted);
    }

    /** Unsubscribes; after it returns no call runs or will run. Must not be called from an invalidation. */
    public void remove(Subscription subscription) {
        long waitFor;
        synchronized (this) {
            if (deferredInserts.remove(subscription)) {
                return;
            }
            if (active == 0 || (sequence & 1) == 0) {
                List<Subscription> list = new ArrayList<>(List.of(subscriptions));
                list.remove(subscription);
                subscriptions = list.toArray(Subscription[]::new);
                return;
            }
            deferredRemoves.add(subscription);
            waitFor = sequence;
        }
        awaitChange(waitFor);
    }

    /** {@return the sequence to prove later, after any invalidation of the subscription has ended} */
    public long readBegin(Subscription subscription) {
        long seen;
        boolean invalidating;
        synchronized (this) {
            seen = subscription.sequence;
            invalidating = seen == sequence;
        }
        if (invalidating) {
            awaitChange(seen);
        }
        return seen;
    }

    /** {@return whether what was read since {@link #readBegin} may be stale}; decisive under the subscription's lock */
    public boolean readRetry(Subscription subscription, long seen) {
        return subscription.sequence != seen;
    }

    /**
     * {@return whether an invalidation runs that has called the subscription already}; decisive under the
     * subscription's lock: any other has yet to take that
     */
    public synchronized boolean invalidating(Subscription subscription) {
        return subscription.sequence == sequence;
    }

    private void awaitChange(long seen) {
        for (int turn = 0; sequence == seen; turn++) {
            actors.pause(turn);
        }
    }

    /** {@return whether no invalidation runs}; for the checker */
    public synchronized boolean quiet() {
        return active == 0 && (sequence & 1) == 0;
    }
}
