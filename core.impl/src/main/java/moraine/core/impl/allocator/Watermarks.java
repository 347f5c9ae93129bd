package moraine.core.impl.allocator;

import moraine.core.api.model.NodeKind;

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
    /** Distance between two marks as a share of the node: 0.1 %, as Linux's {@code watermark_scale_factor} has it. */
    private static final int SHARE = 1000;

    /** A thousandth of a small node is too little to work with: it gets so many pages, but no more than a 64th. */
    private static final long SMALL_STEP = 16;

    private static final int SMALL_SHARE = 64;

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

    static Watermarks of(long pages, NodeKind kind) {
        long step = Math.max(pages / SHARE, Math.clamp(pages / SMALL_SHARE, 1, SMALL_STEP));
        long min = kind == NodeKind.DEVICE ? 0 : step;
        return new Watermarks(min, min + step, min + 2 * step);
    }
}
