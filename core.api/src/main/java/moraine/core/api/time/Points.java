package moraine.core.api.time;

import org.osgi.annotation.versioning.ConsumerType;

/** Told when a thread reaches a {@link Point}; a test's script may hold it there. */
@ConsumerType
@FunctionalInterface
public interface Points {
    /** Lets everybody pass. */
    Points PASS = _ -> {};

    /** Called on the thread that reaches the point; must not change memory. */
    void reach(Point point);
}
