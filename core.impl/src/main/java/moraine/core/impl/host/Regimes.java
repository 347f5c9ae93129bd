package moraine.core.impl.host;

import org.jspecify.annotations.Nullable;

/** Holds the regime in force. */
public final class Regimes {
    private volatile @Nullable Regime current;

    /** {@return what is in force now; an operation reads it once and keeps to it} */
    public Regime current() {
        Regime regime = current;
        if (regime == null) {
            throw new IllegalStateException("no regime is in force; the machine is still being made");
        }
        return regime;
    }

    boolean isEmpty() {
        return current == null;
    }

    void publish(Regime regime) {
        current = regime;
    }
}
