package moraine.sim.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import moraine.core.api.host.MachineFactory;
import moraine.core.api.model.Backing;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Environment;
import moraine.sim.ComparisonRequest;
import moraine.sim.Fact;
import moraine.sim.RunRequest;
import moraine.sim.Subject;
import moraine.sim.profile.MachineProfile;
import moraine.sim.profile.Profiles;
import moraine.sim.time.VirtualEnvironment;
import moraine.sim.trace.Phase;
import moraine.sim.trace.Traces;
import moraine.sim.workload.Workload;
import moraine.sim.workload.Workloads;

/**
 * A subject and the machine to run it on, made ready once for any number of runs.
 *
 * @param workload its data made
 * @param scaling the machine, cut down to it
 * @param swap of the machine
 * @param request what was asked for; its policy is that of no run yet
 */
record Bench(Workload workload, Scaling scaling, SwapChoice swap, RunRequest request) {
    private static final String USUAL_DEVICE = "gpu0";

    /**
     * Makes a subject ready, after everything that needs no data was checked.
     *
     * @param policies instance names that are to run
     */
    static Bench of(RunRequest request, MachineFactory factory, List<String> policies) {
        Cast cast = check(request, factory, policies);
        Subject subject = request.subject();
        Workload workload = subject.trace()
                ? Workloads.replay(Traces.load(subject.name()), cast.phases())
                : Workloads.create(subject.name(), subject.size(), subject.rounds(), request.seed());
        Scaling scaling =
                Scaling.of(cast.profile(), cast.used(), workload.pages(), request.deviceMemory(), request.memory());
        return new Bench(workload, scaling, SwapChoice.of(request.swap()), request);
    }

    /** Who plays: on which machine, the phases of a trace, and the devices in use. */
    record Cast(MachineProfile profile, List<Phase> phases, Set<String> used) {}

    /** Refuses what is wrong with a request, as far as that shows without the subject's data. */
    static Cast check(RunRequest request, MachineFactory factory, List<String> policies) {
        Sizes.bytes(Sizes.Kind.DEVICE, request.deviceMemory(), Pages.SIZE);
        Sizes.bytes(Sizes.Kind.MEMORY, request.memory(), Pages.SIZE);
        SwapChoice swap = SwapChoice.of(request.swap());
        MachineProfile profile = Profiles.load(request.profile(), request.figures());
        Cast cast = cast(request.subject(), profile);
        new Candidates(factory, profile, cast.used(), request.tuning(), request.daemons(), swap).require(policies);
        return cast;
    }

    private static Cast cast(Subject subject, MachineProfile profile) {
        List<String> devices =
                profile.topology().devices().stream().map(DeviceSpec::name).toList();
        if (!subject.trace()) {
            Workloads.check(subject.name(), subject.size(), subject.rounds());
            return new Cast(profile, List.of(), devices.stream().limit(1).collect(Collectors.toSet()));
        }
        Traces.check(subject.name());
        List<Phase> phases = Phase.parse(actors(subject, devices), devices);
        return new Cast(profile, phases, phases.stream().map(Phase::actor).collect(Collectors.toSet()));
    }

    private static String actors(Subject subject, List<String> devices) {
        if (!subject.actors().isEmpty()) {
            return subject.actors();
        }
        if (devices.isEmpty()) {
            return "cpu:0-100";
        }
        String device = devices.contains(USUAL_DEVICE) ? USUAL_DEVICE : devices.getFirst();
        return "cpu:0-40," + device + ":40-70,cpu:70-100";
    }

    VirtualEnvironment virtual() {
        return new VirtualEnvironment(scaling.profile(), scaling.cacheBytes(), request.seed());
    }

    /** Makes the machine of one run. */
    PlayedRun open(MachineFactory factory, String policy, Environment environment, Backing backing) {
        boolean ramOnly = Candidates.lastResort(policy);
        var spec = MachineSpec.of(scaling.profile().topology(), ramOnly ? MachineSpec.LAST_RESORT : policy)
                .withDevices(scaling.devices())
                .withBacking(backing)
                .withTuning(request.tuning())
                .withDaemons(request.daemons());
        boolean asks = !ramOnly && !policy.equals(ComparisonRequest.FIRST_TOUCH);
        return new PlayedRun(this, factory.create(spec.withSwap(swap.place(footprint())), environment), asks);
    }

    private long footprint() {
        return workload.pages() * Pages.SIZE;
    }

    /** {@return where the machine is not exactly what was asked for, a sentence each} */
    List<String> adjustments() {
        var all = new ArrayList<>(scaling.adjustments());
        if (swap.some() && request.daemons().isEmpty()) {
            all.add("no daemon reclaims: pages go to swap only when memory is full, and touches wait for it");
        }
        return all;
    }

    List<Fact> facts() {
        var facts = new ArrayList<Fact>();
        facts.add(new Fact("workload", workload.summary()));
        facts.add(new Fact(
                "references", String.format(Locale.ROOT, "%,d to %,d pages", workload.references(), workload.pages())));
        facts.add(new Fact(
                "profile",
                scaling.profile().topology().name() + ": "
                        + scaling.profile().topology().summary()));
        request.figures().forEach((name, value) -> facts.add(new Fact("set", name + " = " + value)));
        request.tuning().values().forEach((name, value) -> facts.add(new Fact("tune", name + " = " + value)));
        if (!request.daemons().isEmpty()) {
            facts.add(new Fact("daemons", String.join(", ", request.daemons())));
        }
        facts.addAll(scaling.facts());
        facts.addAll(swap.facts(footprint()));
        if (!request.subject().trace()) {
            facts.add(new Fact("CPU threads", Integer.toString(request.threads())));
            facts.add(new Fact("seed", Long.toString(request.seed())));
        }
        return facts;
    }
}
