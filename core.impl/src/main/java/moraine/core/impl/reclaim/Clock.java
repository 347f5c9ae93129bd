package moraine.core.impl.reclaim;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Where on each node touches that make room look next. All threads share one hand a node, so that each goes on where
 * another stopped, and a page that was passed over is met again after all others.
 */
public final class Clock {
    private static final int NODES = 64;

    private final AtomicLongArray hands = new AtomicLongArray(NODES);
    private volatile Runnable newRound = () -> {};

    /**
     * Names what is done whenever the hand begins at a node's first frame again: translations are voided, so that a
     * page which is still used is marked young again. It waits for nobody.
     */
    public void onNewRound(Runnable action) {
        newRound = action;
    }

    void newRound() {
        newRound.run();
    }

    /** {@return a node's hand, as a position among its frames} */
    long hand(int node) {
        return hands.get(node);
    }

    /** Moves a node's hand; {@return false when another thread was faster} */
    boolean move(int node, long from, long to) {
        return hands.compareAndSet(node, from, to);
    }
}
