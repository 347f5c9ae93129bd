package moraine.core.impl.allocator;

import static moraine.core.impl.allocator.TestMachine.list;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import moraine.core.api.model.Admission;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.ListSelection;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Representation;
import moraine.core.api.model.RequestBit;
import moraine.core.api.model.Zonelist;
import moraine.core.impl.topology.Profiles;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ZonelistsTest {
    private static final List<Reason> REASONS = List.of(Reason.values());
    private static final Set<Reason> MOVES = EnumSet.of(
            Reason.BRING_BACK,
            Reason.USER_MIGRATE,
            Reason.POLICY_MIGRATE,
            Reason.EVICTION,
            Reason.CONVERSION,
            Reason.REMOVAL,
            Reason.DEMOTION,
            Reason.PROMOTION);
    private static final List<Integer> NODES = List.of(0, 1, 2, 3);

    private final TestMachine machine = Schemes.machine();

    /** The rules, read off the representation itself for one request; -1 for none. */
    private static int oracle(Representation representation, AllocRequest request, long allowed, Set<Integer> full) {
        int found = within(representation, request, allowed, full);
        long mask = request.explicitMask;
        if (found < 0 && request.maskPreferred) {
            request.explicitMask = 0;
            found = within(representation, request, allowed, full);
            request.explicitMask = mask;
        }
        return found;
    }

    private static int within(Representation representation, AllocRequest request, long allowed, Set<Integer> full) {
        Set<Integer> wanted = set(request.explicitMask);
        if (wanted.isEmpty() && (request.namedNode < 0 || request.maySpill)) {
            wanted.addAll(set(representation.defaultMask().bits()));
        }
        if (request.explicitMask == 0 && request.namedNode >= 0) {
            wanted.add(request.namedNode);
        }
        wanted.retainAll(set(request.effectiveMask));
        if (!EnumSet.of(Reason.BRING_BACK, Reason.EVICTION, Reason.CONVERSION, Reason.REMOVAL)
                .contains(request.reason)) {
            wanted.retainAll(set(allowed));
        }
        int owner = request.home >= 0 ? request.home : request.initiator;
        if (request.namedNode >= 0) {
            owner = request.namedNode;
        } else if (representation.selection() == ListSelection.FIRST_OF_MASK
                && request.explicitMask != 0
                && !wanted.isEmpty()
                && !wanted.contains(owner)) {
            owner = Collections.min(wanted);
        }
        Zonelist list = find(representation, owner, request.reason);
        return (request.maySpill ? list.fallback() : list.noFallback())
                .stream()
                        .filter(wanted::contains)
                        .filter(node -> admitted(representation, request, node))
                        .filter(node -> !full.contains(node))
                        .findFirst()
                        .orElse(-1);
    }

    private static Zonelist find(Representation representation, int owner, Reason reason) {
        for (@Nullable Reason wanted : Arrays.asList(reason, null)) {
            for (Zonelist list : representation.zonelists()) {
                if (list.node() == owner && list.reason() == wanted) {
                    return list;
                }
            }
        }
        throw new AssertionError("no list of node " + owner);
    }

    private static boolean admitted(Representation representation, AllocRequest request, int node) {
        Set<RequestBit> facts = EnumSet.noneOf(RequestBit.class);
        if (request.explicitMask != 0) {
            facts.add(RequestBit.EXPLICIT_MASK);
        }
        if (request.namedNode == node && !request.maySpill) {
            facts.add(RequestBit.NAMED_NODE);
        }
        if (request.device) {
            facts.add(RequestBit.DEVICE);
        }
        if (MOVES.contains(request.reason)) {
            facts.add(RequestBit.MIGRATION);
        }
        return representation.admissions().stream()
                .filter(admission -> admission.node() == node)
                .allMatch(admission -> admission.anyOf().isEmpty() || !Collections.disjoint(admission.anyOf(), facts));
    }

    private static Set<Integer> set(long bits) {
        return new HashSet<>(IntStream.range(0, 64)
                .filter(i -> (bits >>> i & 1) != 0)
                .boxed()
                .toList());
    }

    /** The node that was wanted and has no room, -1 for none. */
    private static int missed(Representation representation, AllocRequest request, long allowed, Set<Integer> full) {
        int wanted = within(representation, request, allowed, Set.of());
        long mask = request.explicitMask;
        if (wanted < 0 && request.maskPreferred) {
            request.explicitMask = 0;
            wanted = within(representation, request, allowed, Set.of());
            request.explicitMask = mask;
        }
        return full.contains(wanted) ? wanted : -1;
    }

    /** {@return pages recorded as fallen back} */
    private long recorded(int tenant, int wanted, int got) {
        long[] found = new long[1];
        machine.allocator.fallbacks(
                (key, pages) -> found[0] += key == FallbackCounts.key(tenant, wanted, got) ? pages : 0);
        return found[0];
    }

    private Set<Integer> fill(int node) {
        machine.publish(machine.everybody(List.of(list(0, 0), list(1, 1), list(2, 2), list(3, 3))));
        AllocRequest request = machine.worker.request.reset(Reason.EVICTION, Intent.READ, node, 0);
        request.namedNode = node;
        request.maySpill = false;
        while (machine.allocator.allocate(machine.worker, request, 0) >= 0) {
            request.reserve = Reserve.EVICTION;
        }
        return Set.of(node);
    }

    private static boolean forOthers(Reason reason) {
        return EnumSet.of(Reason.EVICTION, Reason.CONVERSION, Reason.REMOVAL, Reason.DEMOTION)
                .contains(reason);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldInterpretRandomRepresentationsAsTheOracleDoes(long seed) {
        Random random = new Random(seed);
        machine.tenants.define("limited", NodeSet.of(0, 1), List.of());
        Set<Integer> full = seed % 2 == 0 ? Set.of() : fill((int) seed / 2);
        int granted = 0;
        int refused = 0;
        int fellBack = 0;
        for (int round = 0; round < 60; round++) {
            Representation representation = randomRepresentation(random);
            machine.publish(representation);
            for (int i = 0; i < 40; i++) {
                AllocRequest request = randomRequest(random);
                long allowed = machine.tenants.allowedMask(request.tenant);
                int expected = oracle(representation, request, allowed, full);
                int missed = missed(representation, request, allowed, full);
                long before = recorded(request.tenant, missed, expected);
                long pfn = machine.allocator.allocate(machine.worker, request, 0);
                assertThat(recorded(request.tenant, missed, expected) - before)
                        .as("seed %d round %d request %d missed %d", seed, round, i, missed)
                        .isEqualTo(missed < 0 || forOthers(request.reason) ? 0 : 1);
                fellBack += missed < 0 ? 0 : 1;
                assertThat(pfn < 0 ? -1 : machine.frames.node(pfn))
                        .as("seed %d round %d request %d of %s", seed, round, i, representation)
                        .isEqualTo(expected);
                if (pfn >= 0) {
                    machine.free(pfn);
                    granted++;
                } else {
                    refused++;
                }
            }
        }
        assertThat(granted).isPositive();
        assertThat(refused).isPositive();
        assertThat(fellBack > 0).isEqualTo(!full.isEmpty());
        machine.assertSound();
    }

    private Representation randomRepresentation(Random random) {
        List<Zonelist> lists = new ArrayList<>();
        for (int node : NODES) {
            lists.add(new Zonelist(node, null, some(random), some(random)));
            if (random.nextBoolean()) {
                lists.add(new Zonelist(node, REASONS.get(random.nextInt(REASONS.size())), some(random), some(random)));
            }
        }
        List<Admission> admissions = new ArrayList<>();
        for (int node : some(random)) {
            EnumSet<RequestBit> bits = EnumSet.noneOf(RequestBit.class);
            for (RequestBit bit : RequestBit.values()) {
                if (random.nextInt(3) == 0) {
                    bits.add(bit);
                }
            }
            admissions.add(new Admission(node, bits));
        }
        ListSelection selection = random.nextBoolean() ? ListSelection.LOCAL : ListSelection.FIRST_OF_MASK;
        NodeSet mask = new NodeSet(random.nextInt(1, 16));
        return new Representation(machine.deviceTypes(), lists, mask, selection, admissions);
    }

    private static List<Integer> some(Random random) {
        List<Integer> nodes = new ArrayList<>(NODES);
        Collections.shuffle(nodes, random);
        return nodes.subList(0, random.nextInt(NODES.size() + 1));
    }

    private AllocRequest randomRequest(Random random) {
        AllocRequest request = machine.worker.request.reset(
                REASONS.get(random.nextInt(REASONS.size())), Intent.READ, random.nextInt(4), random.nextInt(2));
        request.explicitMask = random.nextBoolean() ? 0 : random.nextInt(16);
        request.effectiveMask = random.nextInt(3) > 0 ? -1 : random.nextInt(16);
        request.namedNode = random.nextInt(3) > 0 ? -1 : random.nextInt(4);
        request.maySpill = random.nextBoolean();
        request.home = request.explicitMask == 0 || random.nextBoolean() ? -1 : random.nextInt(4);
        request.maskPreferred = request.explicitMask != 0 && random.nextBoolean();
        request.device |= random.nextInt(4) == 0;
        return request;
    }

    @Test
    void shouldFollowThePublishedListsFromTheNextRequestOn() {
        machine.publish(machine.everybody(List.of(list(0, 0), list(1, 1), list(2, 2), list(3, 3))));
        assertThat(machine.frames.node(machine.allocate(Reason.CPU_FAULT))).isZero();

        machine.publish(machine.everybody(List.of(list(0, 3), list(1, 1), list(2, 2), list(3, 3))));

        assertThat(machine.frames.node(machine.allocate(Reason.CPU_FAULT))).isEqualTo(3);
    }

    @Test
    void shouldNotRememberTheWayOfADifferentRequest() {
        Zonelist special = new Zonelist(0, Reason.COPY_ON_WRITE, List.of(2), List.of(3));
        machine.publish(machine.everybody(List.of(list(0, 0, 1), special, list(1, 1), list(2, 2), list(3, 3))));
        machine.tenants.define("limited", NodeSet.of(1), List.of());
        for (int i = 0; i < 3; i++) {
            assertThat(nodeOf(machine.request(Reason.CPU_FAULT))).isZero();
            assertThat(nodeOf(machine.request(Reason.COPY_ON_WRITE))).isEqualTo(2);
            AllocRequest stay = machine.request(Reason.COPY_ON_WRITE);
            stay.maySpill = false;
            assertThat(nodeOf(stay)).isEqualTo(3);
            assertThat(nodeOf(machine.worker.request.reset(Reason.CPU_FAULT, Intent.READ, 1, 0)))
                    .isEqualTo(1);
            assertThat(nodeOf(machine.worker.request.reset(Reason.CPU_FAULT, Intent.READ, 0, 1)))
                    .isEqualTo(1);
            AllocRequest masked = machine.request(Reason.CPU_FAULT);
            masked.effectiveMask = 2;
            assertThat(nodeOf(masked)).isEqualTo(1);
        }
        machine.tenants.define("limited", NodeSet.of(0), List.of());
        assertThat(nodeOf(machine.worker.request.reset(Reason.CPU_FAULT, Intent.READ, 0, 1)))
                .isZero();
    }

    private int nodeOf(AllocRequest request) {
        return machine.frames.node(machine.allocator.allocate(machine.worker, request, 0));
    }

    static Stream<Arguments> bad() {
        List<Zonelist> good = List.of(list(0, 0), list(1, 1));
        return Stream.of(
                Arguments.of(representation(List.of(list(0, 0))), "node 1 (node1) has processors but no zonelist"),
                Arguments.of(
                        representation(List.of(list(0, 0), new Zonelist(1, Reason.CPU_FAULT, List.of(), List.of()))),
                        "node 1 (node1) has processors but no zonelist for DEVICE_FAULT"),
                Arguments.of(
                        representation(List.of(list(0, 0, 5), list(1, 1))), "names node 5; the machine's nodes are"),
                Arguments.of(representation(List.of(list(0, 0), list(1, 1), list(6, 0))), "names node 6"),
                Arguments.of(representation(List.of(list(0, 0), list(1, 1, 0, 1))), "names node 1 twice in [1, 0, 1]"),
                Arguments.of(representation(List.of(list(0, 0), list(1, 1), list(0, 1))), "node 0 is given twice"),
                Arguments.of(
                        new Representation(Map.of(), good, NodeSet.ALL, ListSelection.LOCAL, List.of()),
                        "node 1 (node1) is a device's and has no memory type"),
                Arguments.of(
                        new Representation(
                                Map.of(1, TestMachine.DEVICE, 9, TestMachine.DEVICE),
                                good,
                                NodeSet.ALL,
                                ListSelection.LOCAL,
                                List.of()),
                        "memory type names node 9"),
                Arguments.of(
                        new Representation(
                                Map.of(1, TestMachine.DEVICE), good, NodeSet.of(7), ListSelection.LOCAL, List.of()),
                        "default mask {7} has no node of the machine"),
                Arguments.of(
                        new Representation(
                                Map.of(1, TestMachine.DEVICE),
                                good,
                                NodeSet.ALL,
                                ListSelection.LOCAL,
                                List.of(new Admission(1, Set.of()), new Admission(1, Set.of()))),
                        "node 1 has two admission tests"));
    }

    private static Representation representation(List<Zonelist> lists) {
        return new Representation(Map.of(1, TestMachine.DEVICE), lists, NodeSet.ALL, ListSelection.LOCAL, List.of());
    }

    @ParameterizedTest
    @MethodSource("bad")
    void shouldSayInOneLineWhatIsWrong(Representation representation, String message) {
        TestMachine two = new TestMachine(Profiles.node(0, NodeKind.CPU, 64), Profiles.node(1, NodeKind.DEVICE, 64));

        assertThatThrownBy(() -> Zonelists.compile(representation, two.topology, two.types))
                .isInstanceOfSatisfying(MoraineException.class, e -> {
                    assertThat(e.errno()).isEqualTo(Errno.EINVAL);
                    assertThat(e.blame()).isEqualTo(Blame.PLUGIN);
                })
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }
}
