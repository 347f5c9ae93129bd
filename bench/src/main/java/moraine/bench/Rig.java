package moraine.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.host.Machine;
import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.Backing;
import moraine.core.api.model.CopyEdge;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Pages;
import moraine.core.api.model.ProcessorSpec;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.TopologyProfile;
import moraine.core.api.policy.PolicyProvider;
import moraine.core.impl.MechanismImpl;
import moraine.core.impl.Rooms;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.PolicyCalls;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.Foundation;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.core.impl.space.SpaceImpl;
import moraine.testkit.JvmThreads;
import org.jspecify.annotations.Nullable;

/**
 * A machine in wall-clock time whose rooms can be reached: CPU node {@value #CPU}, memory node {@value #FAR} beside it,
 * and node {@value #DEVICE}, whose device the caller plays.
 */
public final class Rig implements AutoCloseable {
    public static final int CPU = 0;
    public static final int FAR = 1;
    public static final int DEVICE = 2;

    private final Machine machine;
    private final Foundation foundation;
    private final MechanismImpl mechanism;

    private Rig(MachineSpec spec, Providers providers) {
        var made = new Made();
        var factory = new MachineFactoryImpl(providers, made::make, Limits.DEFAULT);
        machine = factory.create(spec, factory.wallClock(new JvmThreads(), 1));
        foundation = Objects.requireNonNull(made.foundation);
        mechanism = Objects.requireNonNull(made.mechanism);
    }

    private static final class Made {
        @Nullable
        Foundation foundation;

        @Nullable
        MechanismImpl mechanism;

        MechanismImpl make(Foundation from) {
            var made = new MechanismImpl(from);
            foundation = from;
            mechanism = made;
            return made;
        }
    }

    /** Makes one under the last resort. */
    public static Rig of(Backing backing, long cpuPages, long farPages) {
        return new Rig(spec(backing, cpuPages, farPages, MachineSpec.LAST_RESORT), new Providers());
    }

    /** Makes one under a policy. */
    static Rig under(PolicyProvider policy, String name, Backing backing, long cpuPages) {
        var providers = new Providers();
        providers.policies().add(name, policy, "moraine.bench", 0);
        return new Rig(spec(backing, cpuPages, Pages.PER_LARGE, name), providers);
    }

    private static MachineSpec spec(Backing backing, long cpuPages, long farPages, String policy) {
        List<AccessEdge> accesses = new ArrayList<>();
        List<CopyEdge> copies = new ArrayList<>();
        for (int from : new int[] {CPU, FAR, DEVICE}) {
            for (int to : new int[] {CPU, FAR, DEVICE}) {
                double distance = from == to ? 1 : 2;
                var latency = Quantity.assumed(100 * distance, "ns");
                var bandwidth = Quantity.assumed(100 / distance, "GB/s");
                if (from != FAR) {
                    var knee = Quantity.assumed(0.8, "share");
                    accesses.add(new AccessEdge(from, to, latency, bandwidth, bandwidth, knee));
                }
                copies.add(new CopyEdge(from, to, latency, latency, bandwidth));
            }
        }
        var nodes = List.of(
                node(CPU, "cpu0", NodeKind.CPU, null, cpuPages),
                node(FAR, "far0", NodeKind.MEMORY, CPU, farPages),
                node(DEVICE, "device0", NodeKind.DEVICE, CPU, 0));
        var processors = List.of(processor(CPU), processor(DEVICE));
        var profile = new TopologyProfile("bench", "measured", nodes, processors, accesses, copies, List.of());
        return MachineSpec.of(profile, policy).withBacking(backing);
    }

    private static NodeSpec node(int id, String name, NodeKind kind, @Nullable Integer parent, long pages) {
        return new NodeSpec(id, name, kind, parent, Quantity.assumed((double) (pages << Pages.SHIFT), "bytes"));
    }

    static ProcessorSpec processor(int node) {
        return new ProcessorSpec(
                node,
                Quantity.assumed(32768, "bytes"),
                Quantity.assumed(8, "ways"),
                Quantity.assumed(5, "ns"),
                Quantity.assumed(10, "lines"),
                Quantity.assumed(1000, "ns"),
                Quantity.assumed(100, "ns"),
                Quantity.assumed(64, "bytes"));
    }

    public Rooms rooms() {
        return mechanism.rooms();
    }

    MechanismImpl mechanism() {
        return mechanism;
    }

    public SpaceImpl openSpace(String name) {
        return (SpaceImpl) machine.openSpace(name);
    }

    /** Gives a space a DeviceTable that a driver of the caller's stands for. */
    public void mirror(SpaceImpl space, DeviceDriver driver) {
        space.devices().attach(DEVICE, driver.name(), driver, () -> false);
    }

    /** {@return the way to the policy for one thread} */
    PolicyCalls policyCalls() {
        return foundation.requesters().requester("bench", DEVICE);
    }

    @Override
    public void close() {
        machine.close();
    }
}
