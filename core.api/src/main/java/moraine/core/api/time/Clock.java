package moraine.core.api.time;

import org.osgi.annotation.versioning.ConsumerType;

/** Time as a machine sees it. */
@ConsumerType
public interface Clock {
    /** {@return nanoseconds since some origin; in virtual time, those of the actor that is in its step} */
    long nowNs();

    /** {@return whether time is modelled: one thread, no waiting, deadlines of time never decide} */
    boolean virtual();
}
