package moraine.core.impl.reclaim;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether there is use in making room for those who need several pages at once: while they do not go on, pages are
 * taken out of memory only so many times as often as there are pages. Else a step that needs more than all memory would
 * take from itself without end. Confined to one agent.
 */
final class Progress {
    private final int passes;
    private @Nullable LongSupplier count;
    private long counted;
    private long taken;
    /** The most pages that there were to take from in a round. */
    private long most = 1;

    private int rounds;

    Progress(int passes) {
        this.passes = passes;
    }

    /** Names what counts their progress; without it nobody needs several pages at once. */
    void countedBy(LongSupplier counter) {
        count = counter;
    }

    /** {@return rounds since they last went on; none where nobody needs several pages at once} */
    int rounds() {
        return rounds;
    }

    /** A round took pages out of memory, of so many that there were. */
    void round(long pages, long there) {
        taken += pages;
        most = Math.max(most, there);
        rounds += count == null ? 0 : 1;
    }

    /** {@return whether so much was taken since they last went on that more is of no use} */
    boolean futile() {
        LongSupplier counter = count;
        if (counter == null) {
            return false;
        }
        long now = counter.getAsLong();
        if (now != counted) {
            counted = now;
            taken = 0;
            most = 1;
            rounds = 0;
        }
        return taken / passes >= most;
    }
}
