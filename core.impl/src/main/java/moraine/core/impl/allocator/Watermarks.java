package moraine.core.impl.allocator;

import moraine.core.api.model.NodeKind;
import moraine.core.impl.tuning.Tuning;

/**
 * How full a node may get.
 *
 * <p>Below the min mark lies the reserve, the lower half of which is eviction's own: however many pages come home, a
 * device that is full can still put one in RAM and take another out of it.
 *
 * @param min free pages below which only bring-back and eviction allocate; 0 on a device, where nothing is brought back
 * @param low free pages below which eviction is asked for
 * @param high free pages at which eviction stops
 */
public record Watermarks(long min, long low, long high) {
    /** A small part of a small node is too little to work with: it gets more, but no more than this part. */
    private static final int SMALL_SHARE = 64;

    private static final int SCALE = 10_000;

    /** {@return free pages below which only eviction allocates} */
    public long evict() {
        return min / 2;
    }

    /** {@return free pages that a request has to leave} */
    long floor(Reserve reserve) {
        return switch (reserve) {
            case NONE -> min;
            case BRING_BACK -> evict();
            case EVICTION -> 0;
        };
    }

    static Watermarks of(long pages, NodeKind kind, Tuning tuning) {
        long step = Math.max(
                pages * tuning.watermarkScale / SCALE, Math.clamp(pages / SMALL_SHARE, 1, tuning.watermarkSmallPages));
        long min = kind == NodeKind.DEVICE ? 0 : step;
        return new Watermarks(min, min + step, min + 2 * step);
    }
}
