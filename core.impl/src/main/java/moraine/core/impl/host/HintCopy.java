package moraine.core.impl.host;

import moraine.core.api.model.Advice;
import moraine.core.api.policy.Hint;

/** Advice as a policy sees it during one callback. */
final class HintCopy implements Hint {
    private final int space;
    private final long address;
    private final long bytes;
    private final Advice advice;
    private volatile boolean sealed;
    private volatile boolean refused;

    HintCopy(int space, long address, long bytes, Advice advice) {
        this.space = space;
        this.address = address;
        this.bytes = bytes;
        this.advice = advice;
    }

    /** Ends the callback: later use is refused. */
    void seal() {
        sealed = true;
    }

    boolean refused() {
        return refused;
    }

    @Override
    public int space() {
        return space;
    }

    @Override
    public long address() {
        return address;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public Advice advice() {
        return advice;
    }

    @Override
    public void refuse() {
        if (sealed) {
            throw RevocableView.revoked("of a hint");
        }
        refused = true;
    }
}
