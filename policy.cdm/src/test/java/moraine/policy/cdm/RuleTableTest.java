package moraine.policy.cdm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.driver.gpu.GpuProvider;
import moraine.testkit.cdm.RuleTable;
import moraine.testkit.cdm.TwoDevices;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Who may get a page of a coherent device, in each of the designs that were posted for Linux in 2017: node 1 is the
 * device asked for, node 2 another, node 0 the RAM near the CPU that touches, node 8 other RAM.
 *
 * <p>Quirks that stand in the table on purpose: in the zonelist design a mask that contains the toucher's own node
 * never reaches a device, and of two devices in a mask only the first is used; in the mask design a preference is no
 * mask, and leads to RAM.
 */
final class RuleTableTest {
    private static final String TABLE = """
            | requester                                  | zonelist   | cpuset     | no THISNODE | mask       |
            | a page that cannot move: a driver's buffer | 0          | 0          | 0           | 0          |
            | a fault under the default policy           | 0          | 0          | 0           | 0          |
            | faults when local RAM is exhausted         | 0 8 ENOMEM | 0 8 ENOMEM | 0 8 ENOMEM  | 0 8 ENOMEM |
            | BIND {c}                                   | 1          | EINVAL     | EINVAL      | 1          |
            | BIND {c, far RAM}, more than c has         | 1 8        | 8 ENOMEM   | 8 ENOMEM    | 1 8        |
            | BIND {local RAM, c}, more than RAM has     | 0 ENOMEM   | 0 ENOMEM   | 0 ENOMEM    | 0 1        |
            | BIND {c, other c}, more than c has         | 1 ENOMEM   | EINVAL     | EINVAL      | 1 2        |
            | BIND {c}, more than c has                  | 1 ENOMEM   | EINVAL     | EINVAL      | 1 ENOMEM   |
            | PREFERRED c, more than c has               | 0 1        | EINVAL     | EINVAL      | 0 8        |
            | INTERLEAVE {local RAM, c}                  | 0 1        | 0          | 0           | 0          |
            | a driver's migration, which names c        | 1          | 1          | 0           | 1          |
            | a task whose nodes leave out c, BIND {c}   | EINVAL     | EINVAL     | EINVAL      | EINVAL     |
            | a mapping of large pages only, BIND {c}    | ENOMEM     | EINVAL     | EINVAL      | ENOMEM     |
            | move_pages to c                            | 1          | 1          | 0           | 1          |
            | migrate_pages to c                         | 1          | 1          | 0           | 1          |
            | an application's migration of a range to c | 1          | 1          | 0           | 1          |
            | auto-NUMA hint faults                      | no         | no         | no          | no         |
            | merging of equal pages                     | no         | no         | no          | no         |
            """;

    static Stream<RuleTable.Cell> cells() {
        return RuleTable.cells(
                TABLE,
                "cdm(isolation=zonelist)",
                "cdm(isolation=cpuset)",
                "cdm(isolation=cpuset,thisNode=false)",
                "cdm(isolation=mask)");
    }

    @ParameterizedTest
    @MethodSource("cells")
    void shouldGiveWhatTheDesignGives(RuleTable.Cell cell) {
        var providers = new Providers();
        providers.policies().add("cdm", new CdmProvider(), "moraine.policy.cdm 0.1", 0);
        providers.drivers().add("gpu", new GpuProvider(), "moraine.driver.gpu 0.1", 0);
        var factory = new MachineFactoryImpl(providers, Limits.DEFAULT);
        try (var on =
                new TwoDevices(factory, "gpu", cell.policy(), cell.requester().allowed())) {
            assertThat(cell.requester().ask(on)).isEqualTo(cell.expected());
        }
    }
}
