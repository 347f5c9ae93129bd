package moraine.core.impl.allocator;

import static moraine.core.impl.allocator.Schemes.CPU;
import static moraine.core.impl.allocator.Schemes.DEVICE;
import static moraine.core.impl.allocator.Schemes.OTHER_CPU;
import static moraine.core.impl.allocator.Schemes.OTHER_DEVICE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import moraine.core.api.model.Errno;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Reason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may get a page of a device's memory, under each proposal: the published rules, row by row. */
final class IsolationTest {
    private static final String NOMEM = "ENOMEM";
    private static final String ACCES = "EACCES";

    private static final List<Errno> ERRNOS = List.of(Errno.values());

    private final TestMachine machine = Schemes.machine();

    /** A row: who asks for what while which nodes are full, and the outcome under each scheme. */
    record Row(String who, List<Integer> full, Consumer<AllocRequest> request, List<String> outcomes) {
        @Override
        public String toString() {
            return who + (full.isEmpty() ? "" : ", full " + full);
        }
    }

    static Stream<Arguments> rows() {
        return Stream.of(
                        //                                                    zonelist, cpuset, buddy, HMM
                        row("user fault, default policy", List.of(), _ -> {}, "0", "0", "0", "0"),
                        row("user fault, local node full", List.of(CPU), _ -> {}, "2", "2", "2", "2"),
                        row("user fault, all RAM full", List.of(0, 2), _ -> {}, NOMEM, NOMEM, NOMEM, NOMEM),
                        row("bind {1}", List.of(), bind(1), "1", NOMEM, "1", NOMEM),
                        row("bind {1,2}, first is the device", List.of(), bind(1, 2), "1", "2", "2", "2"),
                        row("bind {1,2}", List.of(DEVICE), bind(1, 2), "2", "2", "2", "2"),
                        row("bind {1}", List.of(DEVICE), bind(1), NOMEM, NOMEM, NOMEM, NOMEM),
                        row("bind {0,1}, local node in it", List.of(), bind(0, 1), "0", "0", "0", "0"),
                        row("bind {0,1}", List.of(CPU), bind(0, 1), NOMEM, NOMEM, "1", NOMEM),
                        row("bind {1,3}", List.of(), bind(1, 3), "1", NOMEM, "1", NOMEM),
                        row("bind {1,3}", List.of(DEVICE), bind(1, 3), NOMEM, NOMEM, "3", NOMEM),
                        row("prefer 1", List.of(), r -> r.namedNode = 1, "1", "0", "0", "0"),
                        row("prefer 1", List.of(DEVICE), r -> r.namedNode = 1, "0", "0", "0", "0"),
                        row("this node, 1", List.of(), thisNode(DEVICE), "1", "1", "1", NOMEM),
                        row("this node, 1", List.of(DEVICE), thisNode(DEVICE), NOMEM, NOMEM, NOMEM, NOMEM),
                        row("policy moves to 1", List.of(), move(DEVICE), "1", "1", "1", "1"),
                        row("policy moves to 1", List.of(DEVICE), move(DEVICE), NOMEM, NOMEM, NOMEM, NOMEM),
                        row("fault of device 1", List.of(), IsolationTest::deviceFault, "1", "0", "0", "1"),
                        row("fault of device 1", List.of(DEVICE), IsolationTest::deviceFault, "0", "0", "0", "0"),
                        row(
                                "touch brings back",
                                List.of(),
                                r -> r.reset(Reason.BRING_BACK, r.intent, 2, 0),
                                "2",
                                "2",
                                "2",
                                "2"),
                        row("tenant without 1 binds {1}", List.of(), limited(bind(1)), ACCES, ACCES, ACCES, ACCES),
                        row("tenant without 1 binds {1,2}", List.of(), limited(bind(1, 2)), "2", "2", "2", "2"),
                        row("tenant without 1 prefers 1", List.of(), limited(r -> r.namedNode = 1), "0", "0", "0", "0"))
                .flatMap(row -> Stream.of(Schemes.values())
                        .map(scheme -> Arguments.of(
                                scheme,
                                row,
                                row.outcomes.get(List.of(Schemes.values()).indexOf(scheme)))));
    }

    private static Row row(String who, List<Integer> full, Consumer<AllocRequest> request, String... outcomes) {
        return new Row(who, full, request, List.of(outcomes));
    }

    private static Consumer<AllocRequest> bind(int... nodes) {
        return request -> request.explicitMask = NodeSet.of(nodes).bits();
    }

    private static Consumer<AllocRequest> thisNode(int node) {
        return request -> {
            request.namedNode = node;
            request.maySpill = false;
        };
    }

    private static Consumer<AllocRequest> move(int node) {
        return request -> {
            request.reset(Reason.POLICY_MIGRATE, request.intent, CPU, 0);
            request.namedNode = node;
            request.maySpill = false;
        };
    }

    private static void deviceFault(AllocRequest request) {
        request.reset(Reason.DEVICE_FAULT, request.intent, DEVICE, 0);
    }

    private static Consumer<AllocRequest> limited(Consumer<AllocRequest> then) {
        return request -> {
            request.tenant = 1;
            then.accept(request);
        };
    }

    @ParameterizedTest
    @MethodSource("rows")
    void shouldGiveWhatTheRulesSay(Schemes scheme, Row row, String outcome) {
        machine.publish(scheme.on(machine));
        machine.tenants.define("limited", NodeSet.of(CPU, OTHER_CPU, OTHER_DEVICE), List.of());
        for (int node : row.full) {
            Zone zone = machine.allocator.zone(node);
            while (zone.take(0, Reserve.EVICTION) >= 0) {}
        }
        AllocRequest request = machine.request(Reason.CPU_FAULT);
        row.request.accept(request);

        long pfn = machine.allocator.allocate(machine.worker, request, 0);

        String got = pfn >= 0
                ? Integer.toString(machine.frames.node(pfn))
                : ERRNOS.get((int) -pfn).toString();
        assertThat(got).as("%s under %s", row, scheme).isEqualTo(outcome);
    }
}
