package moraine.core.api.time;

import org.osgi.annotation.versioning.ConsumerType;

/** A piece of an actor's work that completes without waiting for another actor. */
@ConsumerType
@FunctionalInterface
public interface Step {
    /** What an actor does after a step. */
    enum Progress {
        /** There is more to do now. */
        MORE,
        /** Nothing to do until {@link Actor#wake} or the time given to {@link Actor#wakeAt}. */
        IDLE,
        /** Finished. */
        DONE
    }

    /**
     * Does a piece of work. Called by one thread at a time. An exception ends the actor; whoever awaits it receives it.
     *
     * @param self the actor whose step this is
     * @return what comes next
     */
    Progress step(Actor self);
}
