package moraine.core.api.daemon;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Works on pages behind everybody's back, a tick at a time: ages them, moves them. It sees frames, never mappings, and
 * decides by the type of a page's memory, so a range of mixed memory is handled page by page.
 */
@ConsumerType
public interface Daemon extends AutoCloseable {
    /** What {@link #tick} answers when only pressure is to wake the daemon. */
    long NEVER = Long.MAX_VALUE;

    String name();

    /**
     * Works for a while. Called on the daemon's own actor, one tick after the other, with no lock held; it may take as
     * long as {@link Tick#mayGoOn} says so, and after that the tick's operations do nothing. One that throws is counted
     * and comes again; one that throws too often, or does not return, ends the daemon.
     *
     * @param tick valid until the call returns
     * @return nanoseconds until the next tick, or {@link #NEVER}
     */
    long tick(Tick tick);

    /**
     * Whether a tick is due as soon as a node's free pages fall below its low mark, or a request finds none. Asked
     * once, after the daemon was made. Not implemented: ticks come when the last one said.
     */
    default boolean wakesOnPressure() {
        return false;
    }

    /** Ends: no call comes after this. */
    @Override
    default void close() {}
}
