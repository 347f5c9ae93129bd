package moraine.core.api.policy;

import moraine.core.api.host.MachineView;
import moraine.core.api.model.Plan;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Decides where pages go and how a device's memory is represented; never touches a page table. {@link #name} and
 * {@link #plan} make a whole policy. Callbacks run on host actors, never on an application's thread, with no lock held;
 * they may call their context. What they throw is counted, and too much of it ejects the policy. In wall-clock time a
 * callback that is late is answered for by the plan, and one that hangs is abandoned.
 */
@ConsumerType
public interface PlacementPolicy extends AutoCloseable {
    String name();

    /**
     * The plan for the machine as it is. Called before the policy becomes active, and when nodes or devices change.
     * Throwing, or an illegal plan, refuses the exchange.
     */
    Plan plan(MachineView machine);

    /**
     * A batch of device faults is about to be served. Each decision is the plan's until changed; the host refuses an
     * illegal one and counts it. Not implemented: the plan decides.
     */
    default void onDeviceFaults(DeviceFaults batch) {}

    /** A node runs low: name victims. Not implemented, or too few named: the host takes the oldest pages. */
    default void onPressure(Pressure pressure) {}

    /** The device's counters report regions that are accessed remotely. Not implemented: nothing moves. */
    default void onAccessCounters(AccessSample sample) {}

    /**
     * An application advises on a range; called before the advice takes effect. The policy may refuse it, or ask for
     * moves of its own through its context. The application waits, in wall-clock time until the callback's deadline.
     * Not implemented, late or throwing: the core honours the advice.
     */
    default void onHint(Hint hint) {}

    /** Ends: no call comes after this. */
    @Override
    default void close() {}
}
