package moraine.core.impl.pins;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import moraine.core.impl.frames.Frames;

/**
 * How often each folio is pinned. A pin of a page counts for its folio's head and holds a reference on it; the head has
 * the flag PINNED as long as it counts any.
 *
 * <p>Protocol. The flag is set with the folio's lock held, by somebody who has a reference and proved the entry; so
 * whoever holds the lock and finds no flag may go on until it unlocks. It is cleared without the lock, before the
 * reference goes.
 */
public final class Pins {
    private final Frames frames;
    private final ConcurrentMap<Long, Count> counts = new ConcurrentHashMap<>();
    private final AtomicLong pages = new AtomicLong();

    /** @param keptEpoch regime whose conversion was told of the folio, 0 for none */
    private record Count(int pins, long keptEpoch) {}

    public Pins(Frames frames) {
        this.frames = frames;
    }

    /** Counts one pin more; the folio's lock is held, and a reference for the pin. */
    public void add(long head) {
        counts.compute(head, (_, now) -> {
            frames.setFlag(head, Frames.PINNED);
            return now == null ? new Count(1, 0) : new Count(now.pins() + 1, now.keptEpoch());
        });
        pages.incrementAndGet();
    }

    /** Counts one pin less; its reference is still held. */
    public void remove(long head) {
        counts.compute(head, (_, now) -> {
            if (now == null || now.pins() == 1) {
                frames.clearFlag(head, Frames.PINNED);
                return null;
            }
            return new Count(now.pins() - 1, now.keptEpoch());
        });
        pages.decrementAndGet();
    }

    /** {@return how many pins the folio has} */
    public int count(long head) {
        Count now = counts.get(head);
        return now == null ? 0 : now.pins();
    }

    /** {@return pages pinned now, each counted once a pin} */
    public long pages() {
        return pages.get();
    }

    /** {@return whether a conversion meets the pinned folio for the first time under a regime} */
    public boolean firstKept(long head, long epoch) {
        boolean[] first = {false};
        counts.computeIfPresent(head, (_, now) -> {
            first[0] = now.keptEpoch() != epoch;
            return new Count(now.pins(), epoch);
        });
        return first[0];
    }
}
