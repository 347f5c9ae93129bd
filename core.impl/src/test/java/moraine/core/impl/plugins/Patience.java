package moraine.core.impl.plugins;

import moraine.core.impl.host.Limits;

/** Limits of plug-ins for tests that time must not decide: no thread stands still for so long. */
public final class Patience {
    /** A minute for everything; few mistakes. */
    public static final Limits LIMITS =
            new Limits(3, 10, 1000, 60_000_000_000L, 60_000_000_000L, 60_000_000_000L, 60_000_000_000L);

    private Patience() {}
}
