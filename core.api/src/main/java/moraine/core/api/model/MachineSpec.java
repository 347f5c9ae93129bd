package moraine.core.api.model;

import java.util.List;
import java.util.Map;

/**
 * What a machine is made from: a profile plus overrides.
 *
 * @param name for people
 * @param profile topology
 * @param devices devices present at start (the profile's, unless overridden)
 * @param capacityBytes overrides of node capacities, by node id
 * @param backing what stands behind frames
 * @param policy selection of the placement policy: an instance name such as {@code hmm} or
 *     {@code cdm(isolation=zonelist)}, {@code *} for the highest ranking that can drive the machine, or
 *     {@link #LAST_RESORT}
 * @param daemons instance names of the daemons that work beside it, such as {@code reclaim(order=latency)}; one whose
 *     bundle is not there begins when it comes
 * @param tuning values of tunables by name, in the units of {@link Tunable}; what is not named is as usual
 * @param swap where pages go that reclaim takes out of memory
 */
public record MachineSpec(
        String name,
        TopologyProfile profile,
        List<DeviceSpec> devices,
        Map<Integer, Long> capacityBytes,
        Backing backing,
        String policy,
        List<String> daemons,
        Parameters tuning,
        SwapSpec swap) {
    /** Name of the constant plan in the core, its last resort: allocate in RAM, move nothing. */
    public static final String LAST_RESORT = "ram-only";

    public MachineSpec {
        devices = List.copyOf(devices);
        capacityBytes = Map.copyOf(capacityBytes);
        daemons = List.copyOf(daemons);
    }

    /** A machine without daemons and swap, with every tunable as usual. */
    public MachineSpec(
            String name,
            TopologyProfile profile,
            List<DeviceSpec> devices,
            Map<Integer, Long> capacityBytes,
            Backing backing,
            String policy) {
        this(name, profile, devices, capacityBytes, backing, policy, List.of(), Parameters.NONE, SwapSpec.NONE);
    }

    /** {@return the profile as it is, with bytes behind it} */
    public static MachineSpec of(TopologyProfile profile, String policy) {
        return new MachineSpec(profile.name(), profile, profile.devices(), Map.of(), Backing.BYTES, policy);
    }

    public MachineSpec withPolicy(String other) {
        return new MachineSpec(name, profile, devices, capacityBytes, backing, other, daemons, tuning, swap);
    }

    public MachineSpec withBacking(Backing other) {
        return new MachineSpec(name, profile, devices, capacityBytes, other, policy, daemons, tuning, swap);
    }

    public MachineSpec withCapacities(Map<Integer, Long> bytes) {
        return new MachineSpec(name, profile, devices, bytes, backing, policy, daemons, tuning, swap);
    }

    public MachineSpec withDevices(List<DeviceSpec> others) {
        return new MachineSpec(name, profile, others, capacityBytes, backing, policy, daemons, tuning, swap);
    }

    public MachineSpec withDaemons(List<String> others) {
        return new MachineSpec(name, profile, devices, capacityBytes, backing, policy, others, tuning, swap);
    }

    public MachineSpec withTuning(Parameters other) {
        return new MachineSpec(name, profile, devices, capacityBytes, backing, policy, daemons, other, swap);
    }

    public MachineSpec withSwap(SwapSpec other) {
        return new MachineSpec(name, profile, devices, capacityBytes, backing, policy, daemons, tuning, other);
    }
}
