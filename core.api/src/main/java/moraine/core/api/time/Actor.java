package moraine.core.api.time;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/** Something that acts by itself: a named thread in wall-clock time, an entry of the event loop in virtual time. */
@ConsumerType
public interface Actor {
    String name();

    /** Makes an idle actor step again; a wake that arrives during a step is kept, so that none is lost. */
    void wake();

    /** Called in a step that returns IDLE: step again at that time unless woken before. */
    void wakeAt(long timeNs);

    /** Asks the actor to end; it does so before its next step. */
    void stop();

    /** {@return whether it has ended} */
    boolean done();

    /** {@return the exception that ended it, or null} */
    @Nullable
    Throwable failure();
}
