package moraine.core.impl.host;

import moraine.core.api.model.Advice;
import moraine.core.api.policy.AccessSample;
import moraine.core.api.policy.DeviceFaults;
import moraine.core.api.policy.Pressure;

/**
 * The way to the active policy for one requester; confined to its actor. Every call returns within the deadline, with
 * the policy's decisions put into the argument, or without them when the policy is late, gone, throwing or does not
 * care: then the plan stands. The argument is never seen by the policy itself, so it may be reused at once. Illegal
 * decisions have been dropped and counted; the caller checks only what depends on the state of pages.
 */
public interface PolicyCalls {
    void deviceFaults(DeviceFaults batch);

    void pressure(Pressure pressure);

    void accessSample(AccessSample sample);

    /** {@return whether the policy lets the advice take effect} */
    boolean hint(int space, long address, long bytes, Advice advice);

    /** Ends the requester's use; its host actors are stopped. */
    void close();
}
