package moraine.testkit.hmm;

import moraine.core.api.host.Machine;
import moraine.core.api.policy.PolicyProvider;

/** The driver under test, as a factory of machines that have devices of its kind. */
@FunctionalInterface
public interface Subject {
    /** Name of the policy that the suite brings. */
    String POLICY = "hmm-conformance";

    /**
     * Makes a machine: node 0 has CPUs and at least 128 MiB, and there are as many devices as the variant says, each
     * with at least 48 MiB, an owner of its own, and coherent or not as the variant says.
     *
     * @param policy to be registered as {@link #POLICY} and made the machine's own
     */
    Machine machine(Variant variant, PolicyProvider policy);

    /**
     * Makes the same machine with as much memory as its devices may have: what is measured goes up to 256 MiB, as far
     * as it fits on the device and twice on node 0. Unless this is overridden the largest size is left out, and a note
     * says so.
     */
    default Machine largest(Variant variant, PolicyProvider policy) {
        return machine(variant, policy);
    }
}
