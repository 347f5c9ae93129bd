package moraine.core.api.time;

import java.util.function.BooleanSupplier;
import org.osgi.annotation.versioning.ConsumerType;

/** Where actors come from. */
@ConsumerType
public interface Actors {
    /**
     * Starts an actor.
     *
     * @param name for people; the thread's name in wall-clock time
     * @param initiator node whose processors it uses
     * @param step its work
     */
    Actor start(String name, int initiator, Step step);

    /**
     * Starts an actor that works beside the program, as daemons do. Where time is modelled, its time is told apart from
     * the program's.
     */
    default Actor startBeside(String name, int initiator, Step step) {
        return start(name, initiator, step);
    }

    /**
     * Waits until a condition holds. In wall-clock time the caller's thread waits; in virtual time the event loop runs,
     * so it must not be called from within a step.
     *
     * @param condition cheap and without side effect; looked at again after every {@link #signal}
     * @param timeoutNs on the machine's clock
     * @return whether it holds; false after the timeout, or in virtual time when no actor can run any more
     */
    boolean await(BooleanSupplier condition, long timeoutNs);

    /** Tells waiters to look at their conditions again. */
    void signal();

    /**
     * One turn of a wait loop on something that another thread completes soon: spins first, then yields, then parks
     * briefly.
     *
     * @param turn 0 on the first call of a loop, one more each time
     * @throws IllegalStateException in virtual time, where nobody else can complete it
     */
    void pause(int turn);
}
