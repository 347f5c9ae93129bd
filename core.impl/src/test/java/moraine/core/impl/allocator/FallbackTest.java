package moraine.core.impl.allocator;

import static moraine.core.impl.allocator.TestMachine.list;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import moraine.core.api.model.Intent;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.impl.topology.Profiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the allocator records of requests that did not get the node that they wanted. */
final class FallbackTest {
    private static final int SMALL = 64;

    private final TestMachine machine = new TestMachine(
            Profiles.node(0, NodeKind.CPU, 4096),
            Profiles.node(1, NodeKind.DEVICE, SMALL),
            Profiles.node(2, NodeKind.CPU, 4096));

    FallbackTest() {
        machine.publish(machine.everybody(List.of(list(0, 0, 2), list(1, 1, 0), list(2, 2))));
    }

    /** {@return pages by "tenant wanted got"} */
    private Map<String, Long> recorded() {
        var sums = new TreeMap<String, Long>();
        machine.allocator.fallbacks((key, pages) -> sums.merge(
                FallbackCounts.tenant(key) + " " + FallbackCounts.wanted(key) + " " + FallbackCounts.got(key),
                pages,
                Long::sum));
        return sums;
    }

    private AllocRequest near(int node, Reason reason, int tenant) {
        return machine.worker.request.reset(reason, Intent.WRITE, node, tenant);
    }

    /** Takes all of the small node. */
    private long fill() {
        long taken = 0;
        AllocRequest request = near(1, Reason.EVICTION, 0);
        request.namedNode = 1;
        request.maySpill = false;
        while (machine.allocator.allocate(machine.worker, request, 0) >= 0) {
            taken++;
        }
        return taken;
    }

    @Test
    void shouldRecordWhoWantedWhatAndGotWhat() {
        machine.tenants.define("t", NodeSet.ALL, List.of());
        assertThat(fill()).isEqualTo(SMALL);
        assertThat(recorded()).isEmpty();
        for (int i = 0; i < 3; i++) {
            assertThat(machine.allocator.allocate(machine.worker, near(1, Reason.DEVICE_FAULT, 1), 0))
                    .isNotNegative();
        }
        AllocRequest named = near(0, Reason.USER_MIGRATE, 0);
        named.namedNode = 1;
        named.explicitMask = 2;
        named.maySpill = false;
        assertThat(machine.allocator.allocate(machine.worker, named, 0)).isNegative();

        assertThat(recorded()).isEqualTo(Map.of("1 1 0", 3L, "0 1 -1", 1L));
    }

    @Test
    void shouldRecordOnceWhoPreferredNodesAndGotAnother() {
        fill();
        AllocRequest request = near(1, Reason.CPU_FAULT, 0);
        request.explicitMask = 2;
        request.maskPreferred = true;

        assertThat(machine.allocator.allocate(machine.worker, request, 0)).isNotNegative();

        assertThat(recorded()).isEqualTo(Map.of("0 1 0", 1L));
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"EVICTION", "CONVERSION", "REMOVAL", "DEMOTION"})
    void shouldNotRecordWhatIsMovedForOthersSake(Reason reason) {
        fill();

        assertThat(machine.allocator.allocate(machine.worker, near(1, reason, 0), 0))
                .isNotNegative();

        assertThat(recorded()).isEmpty();
    }

    @Test
    void shouldNotRecordWhoHasItsQuotaOrMayNotUseTheNode() {
        machine.tenants.define("full", NodeSet.ALL, List.of(-1L, 0L));
        machine.tenants.define("kept", NodeSet.of(0), List.of());
        for (int tenant = 1; tenant <= 2; tenant++) {
            assertThat(machine.allocator.allocate(machine.worker, near(1, Reason.CPU_FAULT, tenant), 0))
                    .isNotNegative();
        }

        assertThat(recorded()).isEmpty();
    }

    @Test
    void shouldRecordAFolioThatCameElsewhereAndNoneThatCameNowhere() {
        fill();
        assertThat(machine.allocator.allocate(machine.worker, near(1, Reason.CPU_FAULT, 0), Pages.LARGE_ORDER))
                .isNotNegative();
        AllocRequest stay = near(1, Reason.CPU_FAULT, 0);
        stay.maySpill = false;
        assertThat(machine.allocator.allocate(machine.worker, stay, Pages.LARGE_ORDER))
                .isNegative();

        assertThat(recorded()).isEqualTo(Map.of("0 1 0", 512L));
    }

    @Test
    void shouldKeepWhatAWorkerThatEndedRecorded() {
        fill();
        Worker other = machine.allocator.worker();
        other.request.reset(Reason.CPU_FAULT, Intent.WRITE, 1, 0);
        assertThat(machine.allocator.allocate(other, other.request, 0)).isNotNegative();
        machine.allocator.release(other);
        machine.allocator.lack(0, 1, 9);

        assertThat(recorded()).isEqualTo(Map.of("0 1 0", 1L, "0 1 -1", 9L));
    }

    @Test
    void shouldCountManyCombinations() {
        var counts = new FallbackCounts();
        var expected = new HashMap<Long, Long>();
        for (int i = 0; i < 3000; i++) {
            long key = FallbackCounts.key(i % 701, i % 64, i % 65 - 1);
            counts.add(key, i);
            expected.merge(key, (long) i, Long::sum);
        }
        var found = new HashMap<Long, Long>();
        counts.forEach((key, pages) -> assertThat(found.put(key, pages)).isNull());

        assertThat(found).isEqualTo(expected);
        expected.forEach((key, pages) -> assertThat(counts.pages(key)).isEqualTo(pages));
        long key = FallbackCounts.key(16383, 63, 63);
        assertThat(List.of(FallbackCounts.tenant(key), FallbackCounts.wanted(key), FallbackCounts.got(key)))
                .containsExactly(16383, 63, 63);
    }
}
