package moraine.policy.cdm;

import static java.util.Objects.requireNonNull;
import static moraine.policy.cdm.TwoDevices.C;
import static moraine.policy.cdm.TwoDevices.FAR;
import static moraine.policy.cdm.TwoDevices.LOCAL;
import static moraine.policy.cdm.TwoDevices.OTHER_C;
import static moraine.policy.cdm.TwoDevices.PAGES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import moraine.core.api.host.Mappable;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Who may get a page of a coherent device, in each of the designs that were posted for Linux in 2017: node 1 is the
 * device asked for, node 2 another, node 0 the RAM near the CPU that touches, node 8 other RAM. A cell names the nodes
 * where pages came to be, and an errno where it ended with one.
 *
 * <p>Two quirks of the zonelist design stand in the table on purpose: a mask that contains the toucher's own node never
 * reaches a device, and of two devices in a mask only the first is used.
 */
final class RuleTableTest {
    private static final String TABLE = """
            | requester                                       | zonelist   | cpuset | cpuset, thisNode=false | mask         |
            | a page that cannot move: a driver's buffer      | 0          | 0      | 0                      | 0            |
            | a fault under the default policy                | 0          | 0      | 0                      | 0            |
            | faults when local RAM is exhausted              | 0 8 ENOMEM | 0 8 ENOMEM | 0 8 ENOMEM         | 0 8 ENOMEM   |
            | BIND {c}                                        | 1          | EINVAL | EINVAL                 | 1            |
            | BIND {c, far RAM}, more than c has              | 1 8        | 8 ENOMEM | 8 ENOMEM             | 1 8          |
            | BIND {local RAM, c}, more than RAM has          | 0 ENOMEM   | 0 ENOMEM | 0 ENOMEM             | 0 1          |
            | BIND {c, other c}, more than c has              | 1 ENOMEM   | EINVAL | EINVAL                 | 1 2          |
            | PREFERRED c, more than c has                    | 0 1        | EINVAL | EINVAL                 | 0 8          |
            | a driver's migration, which names c             | 1          | 1      | 0                      | 1            |
            | a task whose nodes leave out c, BIND {c}        | EINVAL     | EINVAL | EINVAL                 | EINVAL       |
            | a mapping of large pages only, BIND {c}         | ENOMEM     | EINVAL | EINVAL                 | ENOMEM       |
            | move_pages to c                                 | 1          | 1      | 0                      | 1            |
            | migrate_pages to c                              | 1          | 1      | 0                      | 1            |
            | auto-NUMA hint faults                           | no         | no     | no                     | no           |
            | merging of equal pages                          | no         | no     | no                     | no           |
            | BIND {c}, more than c has                       | 1 ENOMEM   | EINVAL | EINVAL                 | 1 ENOMEM     |
            """;

    private static final Map<String, Function<TwoDevices, String>> ROWS = Map.ofEntries(
            Map.entry("a page that cannot move: a driver's buffer", RuleTableTest::buffer),
            Map.entry("a fault under the default policy", on -> on.touch(on.map(8), 8)),
            Map.entry("faults when local RAM is exhausted", on -> on.touch(on.map(4 * PAGES), 4 * PAGES)),
            Map.entry("BIND {c}", on -> bound(on, 8, C)),
            Map.entry("BIND {c, far RAM}, more than c has", on -> bound(on, PAGES + 8, C, FAR)),
            Map.entry("BIND {local RAM, c}, more than RAM has", on -> bound(on, PAGES + 8, LOCAL, C)),
            Map.entry("BIND {c, other c}, more than c has", on -> bound(on, PAGES + 8, C, OTHER_C)),
            Map.entry("PREFERRED c, more than c has", on -> policy(on, PAGES + 8, MemoryPolicy.preferred(C))),
            Map.entry("a driver's migration, which names c", RuleTableTest::driver),
            Map.entry("a task whose nodes leave out c, BIND {c}", on -> bound(on, 8, C)),
            Map.entry("a mapping of large pages only, BIND {c}", RuleTableTest::largeOnly),
            Map.entry("move_pages to c", RuleTableTest::movePages),
            Map.entry("migrate_pages to c", RuleTableTest::migratePages),
            Map.entry("auto-NUMA hint faults", on -> has(on, Attribute.HINT_FAULTABLE)),
            Map.entry("merging of equal pages", on -> has(on, Attribute.MERGEABLE)),
            Map.entry("BIND {c}, more than c has", on -> bound(on, PAGES + 8, C)));

    private static final List<String> DESIGNS = List.of(
            "cdm(isolation=zonelist)",
            "cdm(isolation=cpuset)",
            "cdm(isolation=cpuset,thisNode=false)",
            "cdm(isolation=mask)");

    static Stream<Arguments> cells() {
        return TABLE.lines().skip(1).flatMap(line -> {
            List<String> cells =
                    Arrays.stream(line.split("\\|")).skip(1).map(String::strip).toList();
            return Stream.iterate(0, i -> i < DESIGNS.size(), i -> i + 1)
                    .map(i -> Arguments.of(cells.getFirst(), DESIGNS.get(i), cells.get(i + 1)));
        });
    }

    @ParameterizedTest(name = "{0} under {1}: {2}")
    @MethodSource("cells")
    void shouldGiveWhatTheDesignGives(String requester, String design, String expected) {
        boolean confined = requester.startsWith("a task whose");
        try (TwoDevices on =
                confined ? new TwoDevices(design, "confined", LOCAL, FAR) : new TwoDevices(design, "default")) {
            assertThat(requireNonNull(ROWS.get(requester)).apply(on)).isEqualTo(expected);
        }
    }

    private static String bound(TwoDevices on, int pages, int... nodes) {
        return policy(on, pages, MemoryPolicy.bind(nodes));
    }

    private static String policy(TwoDevices on, int pages, MemoryPolicy policy) {
        long at = on.map(pages);
        String refusal = TwoDevices.errno(() -> on.space.mbind(at, (long) pages * Pages.SIZE, policy));
        return refusal.isEmpty() ? on.touch(at, pages) : refusal;
    }

    private static String buffer(TwoDevices on) {
        Mappable buffer = on.machine.device("gpu" + C).buffer(8 * Pages.SIZE);
        long at = on.space.mmap(MapRequest.anonymous(8 * Pages.SIZE).shared(), buffer, 0);
        return on.where(at, 8);
    }

    private static String driver(TwoDevices on) {
        long at = on.map(8);
        on.touch(at, 8);
        on.machine.device("gpu" + C).migrateToDevice(on.space, at, 8 * Pages.SIZE);
        return on.where(at, 8);
    }

    private static String largeOnly(TwoDevices on) {
        long at = on.space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).largePages());
        String refusal = TwoDevices.errno(() -> on.space.mbind(at, Pages.LARGE_SIZE, MemoryPolicy.bind(C)));
        return refusal.isEmpty() ? on.touch(at, 1).strip() : refusal;
    }

    private static String movePages(TwoDevices on) {
        long at = on.map(1);
        on.touch(at, 1);
        on.space.movePages(new long[] {at}, new int[] {C}, false);
        return on.where(at, 1);
    }

    private static String migratePages(TwoDevices on) {
        long at = on.map(8);
        on.touch(at, 8);
        on.space.migratePages(NodeSet.of(LOCAL), NodeSet.of(C), false);
        return on.where(at, 8);
    }

    private static String has(TwoDevices on, Attribute attribute) {
        NodeInfo c = on.machine.nodes().stream()
                .filter(node -> node.id() == C)
                .findFirst()
                .orElseThrow();
        return c.type().has(attribute) ? "yes" : "no";
    }
}
