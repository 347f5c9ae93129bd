package moraine.testkit.hmm;

import moraine.core.api.host.Machine;
import moraine.core.api.policy.PolicyProvider;

/** A subject that never gets as far as a machine. */
public final class NoMachine implements Subject {
    /** Made by name. */
    public NoMachine() {}

    @Override
    public Machine machine(Variant variant, PolicyProvider policy) {
        throw new UnsupportedOperationException("no devices today");
    }
}
