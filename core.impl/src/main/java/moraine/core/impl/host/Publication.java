package moraine.core.impl.host;

import java.util.Set;
import java.util.stream.Collectors;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Plan;
import moraine.core.api.time.Clock;
import moraine.core.impl.allocator.Allocator;
import moraine.core.impl.allocator.Zonelists;
import moraine.core.impl.topology.Topology;
import moraine.core.impl.types.Types;
import org.jspecify.annotations.Nullable;

/** Compiles plans and brings them into force. */
final class Publication {
    private final Topology topology;
    private final Types types;
    private final Allocator allocator;
    private final Regimes regimes;
    private final Clock clock;
    private final MachineView view;
    private final int[] nodes;
    private final int coreMover;

    Publication(HostBase base) {
        this.topology = base.topology();
        this.types = base.types();
        this.allocator = base.allocator();
        this.regimes = base.regimes();
        this.clock = base.environment().clock();
        this.view = base.view();
        this.nodes = topology.profile().nodes().stream().mapToInt(NodeSpec::id).toArray();
        this.coreMover = base.movers().intern(LastResort.BUNDLE);
    }

    /**
     * Checks and compiles a plan; nothing takes effect.
     *
     * @throws moraine.core.api.model.MoraineException what is illegal in it
     */
    Regime compile(String policy, int mover, Plan plan) {
        Set<Integer> present = view.devices().stream().map(DeviceInfo::node).collect(Collectors.toSet());
        Plan whole = LastResort.complete(plan, topology, present, before());
        PlanCheck.run(
                topology, types, view, whole, plan.representation().types().keySet());
        Zonelists lists = Zonelists.compile(whole.representation(), topology, types);
        return Regime.of(policy, mover, whole, lists, types, nodes, absent(present));
    }

    private NodeSet absent(Set<Integer> present) {
        return topology.ofKind(NodeKind.DEVICE)
                .minus(NodeSet.of(present.stream().mapToInt(Integer::intValue).toArray()));
    }

    /** {@return the constant plan, with the memory types in force} */
    Regime lastResort() {
        return compile(LastResort.NAME, coreMover, LastResort.plan(topology, before()));
    }

    private @Nullable Plan before() {
        return regimes.isEmpty() ? null : regimes.current().plan();
    }

    /**
     * Brings a regime into force: for allocations with one write of lists and types together, for faults with one write
     * of the whole. An operation that sees one of the two meets pages of either representation, as it may at any time.
     *
     * @return how long an operation could have seen one of the two only
     */
    long publish(Regime compiled) {
        long startNs = clock.nowNs();
        Regime regime = compiled.after(regimes.isEmpty() ? null : regimes.current());
        allocator.publish(regime.zonelists());
        regimes.publish(regime);
        return clock.nowNs() - startNs;
    }
}
