package moraine.sim.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import moraine.core.api.host.Machine;
import moraine.core.api.host.MachineFactory;
import moraine.core.api.host.Policies;
import moraine.core.api.model.Backing;
import moraine.core.api.model.DaemonInfo;
import moraine.core.api.model.Errno;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Nearest;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Verdict;
import moraine.sim.ComparisonRequest;
import moraine.sim.profile.MachineProfile;
import moraine.sim.time.VirtualEnvironment;

/**
 * Policies that are to run on a profile, and daemons beside them, tried on a small machine of it before anything else
 * is done.
 *
 * @param used names of the devices that take part
 * @param tuning of the machine; wrong values are refused with the policies
 * @param daemons of the machine
 * @param swap of the machine
 */
record Candidates(
        MachineFactory factory,
        MachineProfile profile,
        Set<String> used,
        Parameters tuning,
        List<String> daemons,
        SwapChoice swap) {
    private static final int PAGES = 1024;

    /** {@return whether it is the core's last resort, with brackets or without} */
    static boolean lastResort(String policy) {
        return family(policy).equals(MachineSpec.LAST_RESORT);
    }

    /**
     * Refuses names that there are not, names that cannot be read, parameters that a policy does not have, and policies
     * none of which can drive the machine. What refuses a usual policy is the machine, never a wrong parameter.
     */
    void require(List<String> policies) {
        Scaling small = Scaling.of(
                profile, used, PAGES, ComparisonRequest.DEFAULT_DEVICE_MEMORY, ComparisonRequest.DEFAULT_MEMORY);
        var spec = MachineSpec.of(small.profile().topology(), MachineSpec.LAST_RESORT)
                .withDevices(small.devices())
                .withBacking(Backing.STAMPS)
                .withTuning(tuning)
                .withDaemons(daemons)
                .withSwap(swap.sample());
        try (Machine machine =
                create(spec, new VirtualEnvironment(small.profile(), small.cacheBytes(), /* seed= */ 1))) {
            requireDaemons(machine.daemons());
            require(machine.policies(), policies);
        }
    }

    /** A daemon that does not want its parameters is wrong input, as a policy is. */
    private Machine create(MachineSpec spec, VirtualEnvironment environment) {
        try {
            return factory.create(spec, environment);
        } catch (MoraineException e) {
            if (e.errno() == Errno.EOPNOTSUPP && !daemons.isEmpty()) {
                throw MoraineException.caller(Errno.EINVAL, String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    private static void requireDaemons(List<DaemonInfo> daemons) {
        for (DaemonInfo daemon : daemons) {
            if (daemon.state() == DaemonInfo.State.ABSENT) {
                List<String> there = daemons.stream()
                        .filter(other -> other.state() != DaemonInfo.State.ABSENT)
                        .map(other -> family(other.name()))
                        .sorted()
                        .toList();
                throw MoraineException.caller(
                        Errno.ENOENT,
                        "no daemon \"" + family(daemon.name()) + "\"" + Nearest.hint(family(daemon.name()), there));
            }
        }
    }

    private void require(Policies there, List<String> policies) {
        var verdicts = new TreeMap<String, Verdict>();
        there.available().forEach(policy -> verdicts.put(policy.name(), policy.verdict()));
        policies.forEach(policy -> known(policy, verdicts.keySet()));
        List<String> refusals = new ArrayList<>();
        for (String policy : policies) {
            ExchangeReport report = there.use(policy, /* strict= */ false);
            if (report.kind() == ExchangeReport.Kind.REFUSED) {
                String line = "policy " + policy + " is refused on "
                        + profile.topology().name() + ": " + report.reason();
                Verdict plain = verdicts.getOrDefault(family(policy), Verdict.YES);
                boolean usual = ComparisonRequest.DEFAULT_POLICIES.contains(policy);
                if (plain.accepted() && !usual || policies.size() == 1) {
                    throw MoraineException.caller(Errno.EINVAL, line);
                }
                refusals.add(line);
            }
        }
        if (!refusals.isEmpty() && refusals.size() == policies.size()) {
            throw MoraineException.caller(Errno.EINVAL, refusals.getFirst());
        }
    }

    private static void known(String policy, Set<String> names) {
        String family = family(policy);
        if (names.contains(family) || family.equals("*")) {
            return;
        }
        throw MoraineException.caller(Errno.ENOENT, "no policy \"" + family + "\"" + Nearest.hint(family, names));
    }

    private static String family(String policy) {
        int bracket = policy.indexOf('(');
        return (bracket < 0 ? policy : policy.substring(0, bracket)).strip();
    }
}
