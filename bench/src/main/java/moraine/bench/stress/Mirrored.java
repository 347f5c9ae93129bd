package moraine.bench.stress;

import java.util.concurrent.atomic.AtomicBoolean;
import moraine.core.impl.mirror.Notifiers;
import org.jspecify.annotations.Nullable;

/** A translation of one page and a copy of it that a subscription keeps, as a DeviceTable does. */
final class Mirrored {
    static final int NONE = 0;
    static final int OLD = 1;

    final Notifiers notifiers = new Notifiers(Shared.actors());
    private final Copy copy = new Copy();
    private volatile int entry = OLD;

    /** Takes part in invalidations from now on. */
    void subscribe() {
        notifiers.insert(copy);
    }

    /** Takes part in invalidations no more. */
    void unsubscribe() {
        notifiers.remove(copy);
        copy.removed = true;
    }

    /** {@return whether the subscription was called when its removal had ended} */
    boolean calledLate() {
        return copy.late;
    }

    /** Takes the translation away. */
    void unmap() {
        notifiers.start(Notifiers.Event.UNMAP, 0, 1);
        entry = NONE;
        notifiers.end();
    }

    /** Announces a change that leaves the translation as it is. */
    void announce() {
        notifiers.start(Notifiers.Event.PROTECTION, 0, 1);
        notifiers.end();
    }

    /** Copies the translation once. @return whether it was installed */
    boolean copyOnce() {
        long sequence = notifiers.readBegin(copy);
        int seen = entry;
        copy.lock();
        try {
            if (notifiers.readRetry(copy, sequence)) {
                return false;
            }
            copy.mirrored = seen;
            return true;
        } finally {
            copy.unlock();
        }
    }

    /** {@return the copy}; when nobody runs */
    int mirrored() {
        return copy.mirrored;
    }

    private static final class Copy extends Notifiers.Subscription {
        private final AtomicBoolean locked = new AtomicBoolean();
        private int mirrored;
        private volatile boolean removed;
        private volatile boolean late;

        Copy() {
            super(0, 1);
        }

        void lock() {
            for (int turn = 0; !locked.compareAndSet(false, true); turn++) {
                Shared.actors().pause(turn);
            }
        }

        void unlock() {
            locked.set(false);
        }

        @Override
        protected boolean invalidate(
                Notifiers.Event event, long from, long to, @Nullable String owner, long sequence, boolean blockable) {
            lock();
            sequence(sequence);
            mirrored = NONE;
            unlock();
            late |= removed;
            return true;
        }
    }
}
