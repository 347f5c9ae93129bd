package moraine.sim.compare;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Blame;
import moraine.core.api.model.DaemonInfo;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Violation;
import moraine.sim.Fact;
import moraine.sim.Run;
import moraine.sim.RunResult;
import moraine.sim.time.Spent;
import moraine.sim.time.Timeline;
import moraine.sim.time.VirtualEnvironment;
import moraine.sim.workload.MachineStage;
import moraine.sim.workload.Outcome;

/** A run on a machine of its own. */
final class PlayedRun implements Run {
    private final Bench bench;
    private final Machine machine;
    private final MachineStage stage;

    PlayedRun(Bench bench, Machine machine, boolean asks) {
        this.bench = bench;
        this.machine = machine;
        this.stage = new MachineStage(
                machine, bench.workload().name(), bench.request().threads(), asks);
    }

    @Override
    public Machine machine() {
        return machine;
    }

    @Override
    public AddressSpace space() {
        return stage.space();
    }

    @Override
    public List<Fact> facts() {
        return bench.facts();
    }

    @Override
    public List<String> adjustments() {
        return bench.adjustments();
    }

    @Override
    public RunResult play() {
        long start = machine.environment().clock().nowNs();
        Outcome outcome = outcome();
        long elapsedNs = machine.environment().clock().nowNs() - start;
        List<Violation> broken = machine.check();
        if (!broken.isEmpty()) {
            throw new MoraineException(
                    Errno.EIO,
                    Blame.INTERNAL,
                    broken.size() + " invariants are broken after the run, the first: " + broken.getFirst());
        }
        return new RunResult(
                outcome.right(),
                outcome.detail(),
                elapsedNs,
                machine.environment().clock().virtual(),
                stage.phases().stream()
                        .map(p -> new RunResult.Phase(p.phase(), p.ns()))
                        .toList(),
                machine.counters(),
                daemons(),
                explanation());
    }

    private List<DaemonInfo> daemons() {
        return machine.daemons().stream()
                .filter(daemon -> daemon.state() != DaemonInfo.State.OFFERED)
                .toList();
    }

    private Outcome outcome() {
        try {
            return bench.workload().run(stage);
        } catch (MoraineException e) {
            if (machine.environment() instanceof VirtualEnvironment virtual) {
                virtual.actors().failures().forEach(e::addSuppressed);
            }
            throw e;
        }
    }

    private String explanation() {
        if (!(machine.environment() instanceof VirtualEnvironment virtual)) {
            return "";
        }
        Map<String, Long> counters = new TreeMap<>();
        machine.counters().forEach(c -> counters.put(c.name(), c.value()));
        return Explanation.of(virtual.actors().timeline(), counters, stage.placement(), daemons());
    }

    /** {@return what the modelled time went into; empty outside virtual time} */
    Map<Spent, Double> spentNs() {
        Map<Spent, Double> spent = new EnumMap<>(Spent.class);
        if (machine.environment() instanceof VirtualEnvironment virtual) {
            Timeline timeline = virtual.actors().timeline();
            for (Spent kind : Spent.values()) {
                spent.put(kind, timeline.spentNs(kind));
            }
        }
        return spent;
    }

    @Override
    public void close() {
        machine.close();
    }
}
