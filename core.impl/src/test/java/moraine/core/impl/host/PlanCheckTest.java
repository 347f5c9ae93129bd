package moraine.core.impl.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.Blame;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.DeviceRule;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Plan;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Representation;
import moraine.core.api.model.Zonelist;
import moraine.core.impl.plugins.Shapes;
import moraine.core.impl.plugins.VirtualEnvironment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PlanCheckTest {
    private final HostBench bench = new HostBench(new VirtualEnvironment());

    @AfterEach
    void close() {
        bench.close();
    }

    private void check(Plan plan) {
        PlanCheck.run(
                bench.topology,
                bench.types,
                bench,
                plan,
                plan.representation().types().keySet());
    }

    private static Plan with(Plan plan, Map<Integer, MemoryType> types, List<Zonelist> lists, List<DeviceRule> rules) {
        Representation old = plan.representation();
        var representation = new Representation(types, lists, old.defaultMask(), old.selection(), old.admissions());
        return new Plan(representation, rules, 1, 1, false);
    }

    private Plan withLists(Plan plan, Zonelist... more) {
        var lists = new ArrayList<>(plan.representation().zonelists());
        lists.addAll(List.of(more));
        return with(plan, plan.representation().types(), lists, List.of());
    }

    private Plan withTypes(Plan plan, int node, MemoryType type) {
        var types = new HashMap<>(plan.representation().types());
        types.put(node, type);
        return with(plan, types, plan.representation().zonelists(), List.of());
    }

    private Plan withRule(DeviceRule rule) {
        Plan plan = Shapes.hidden(bench);
        return with(plan, plan.representation().types(), plan.representation().zonelists(), List.of(rule));
    }

    private void refuses(Plan plan, Errno errno, String message) {
        assertThatThrownBy(() -> check(plan))
                .isInstanceOfSatisfying(MoraineException.class, e -> {
                    assertThat(e.errno()).isEqualTo(errno);
                    assertThat(e.blame()).isEqualTo(Blame.PLUGIN);
                })
                .hasMessageContaining(message);
    }

    @Test
    void shouldAcceptPlansOfBothKinds() {
        assertThatCode(() -> check(Shapes.hidden(bench))).doesNotThrowAnyException();
        assertThatCode(() -> check(Shapes.node(bench))).doesNotThrowAnyException();
        assertThatCode(() -> check(LastResort.plan(bench.topology, null))).doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseUnknownNodes() {
        refuses(
                withTypes(Shapes.hidden(bench), 7, Shapes.PRIVATE),
                Errno.EINVAL,
                "memory type test-private is for node 7, which the profile does not have; its nodes are {0,1}");
        refuses(
                withLists(Shapes.hidden(bench), new Zonelist(0, Reason.EVICTION, List.of(9), List.of())),
                Errno.EINVAL,
                "the zonelist of node 0 for EVICTION is for node 9");
        refuses(withRule(new DeviceRule(5, null, null, DeviceAction.MIGRATE)), Errno.EINVAL, "a device rule is for");
    }

    @Test
    void shouldRefuseACpuAddressableTypeOnADeviceThatIsNotCoherent() {
        bench.coherent = false;

        refuses(Shapes.node(bench), Errno.EINVAL, "device dev0 is not coherent; represent its memory as");
    }

    @Test
    void shouldRefuseMemoryThatCpusCannotReachInTheirLists() {
        Zonelist forFaults = new Zonelist(0, Reason.CPU_FAULT, List.of(0, 1), List.of(0));

        refuses(
                withLists(Shapes.hidden(bench), forFaults),
                Errno.EINVAL,
                "leads to node 1 (device) of type test-private");
        assertThatCode(() -> check(withLists(Shapes.node(bench), forFaults))).doesNotThrowAnyException();
    }

    @Test
    void shouldAllowADevicesOwnListToLeadToIt() {
        Zonelist own = new Zonelist(1, Reason.DEVICE_FAULT, List.of(1, 0), List.of(1));

        assertThatCode(() -> check(withLists(Shapes.hidden(bench), own))).doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseRamThatCpusCannotReach() {
        refuses(
                withTypes(Shapes.hidden(bench), 0, Shapes.PRIVATE),
                Errno.EINVAL,
                "memory type test-private of node 0 (ram) is not CPU_ADDRESSABLE");
    }

    @Test
    void shouldRefuseADeviceTypeThatTheDeviceCannotReach() {
        var stray = new MemoryType("stray", Set.of(), PinRule.DENY, PinRule.DENY);

        refuses(withTypes(Shapes.hidden(bench), 1, stray), Errno.EINVAL, "stray of node 1 (device) is not DEVICE_ADDR");
    }

    @Test
    void shouldNotHoldNamesThatAbsentDevicesKeepAgainstAPolicy() {
        var like = new MemoryType("test-private", MemoryType.SYSTEM.attributes(), PinRule.ALLOW, PinRule.ALLOW);
        Plan whole = withTypes(Shapes.hidden(bench), 0, like);

        assertThatCode(() -> PlanCheck.run(bench.topology, bench.types, bench, whole, Set.of(1)))
                .doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseTwoTypesOfOneName() {
        var like = new MemoryType("test-private", MemoryType.SYSTEM.attributes(), PinRule.ALLOW, PinRule.ALLOW);

        refuses(withTypes(Shapes.hidden(bench), 0, like), Errno.EINVAL, "two memory types are named test-private");
    }

    @ParameterizedTest
    @EnumSource
    void shouldAcceptEveryDeviceAction(DeviceAction action) {
        assertThatCode(() -> check(withRule(DeviceRule.always(action)))).doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseARuleForATypeThatNobodyHas() {
        refuses(
                withRule(new DeviceRule(null, "system-rams", null, DeviceAction.MIGRATE)),
                Errno.EINVAL,
                "did you mean system-ram?");
        assertThatCode(() -> check(withRule(new DeviceRule(1, DeviceRule.HOLE, Intent.READ, DeviceAction.MIGRATE))))
                .doesNotThrowAnyException();
    }

    @Test
    void shouldCompileRulesToTheFirstThatMatches() {
        Plan plan = Shapes.hidden(bench);
        plan = with(
                plan,
                plan.representation().types(),
                plan.representation().zonelists(),
                List.of(
                        new DeviceRule(1, DeviceRule.HOLE, null, DeviceAction.MIGRATE),
                        new DeviceRule(null, "system-ram", Intent.WRITE, DeviceAction.MIGRATE)));
        bench.offer("rules").plan(constant(plan));
        bench.host.use("rules", false);
        Regime regime = bench.regimes.current();

        assertThat(regime.action(1, -1, Intent.READ)).isEqualTo(DeviceAction.MIGRATE);
        assertThat(regime.action(0, -1, Intent.READ)).isEqualTo(DeviceAction.MAP_REMOTE);
        assertThat(regime.action(1, 0, Intent.WRITE)).isEqualTo(DeviceAction.MIGRATE);
        assertThat(regime.action(1, 0, Intent.ATOMIC)).isEqualTo(DeviceAction.MAP_REMOTE);
    }

    private static Function<MachineView, Plan> constant(Plan plan) {
        return _ -> plan;
    }

    @Test
    void shouldCompleteAPlanForDevicesThatAreAbsent() {
        Plan bare = Shapes.hidden(bench);
        bare = with(
                bare,
                Map.of(),
                bare.representation().zonelists().stream()
                        .filter(list -> list.node() == 0)
                        .toList(),
                List.of());

        Plan whole = LastResort.complete(bare, bench.topology, Set.of(), Shapes.node(bench));

        assertThat(whole.representation().types()).containsEntry(1, Shapes.COHERENT);
        assertThat(whole.representation().zonelists())
                .extracting(Zonelist::node)
                .containsExactly(0, 1);
    }
}
