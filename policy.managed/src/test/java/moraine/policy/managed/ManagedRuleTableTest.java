package moraine.policy.managed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import moraine.testkit.cdm.RuleTable;
import moraine.testkit.cdm.TwoDevices;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may get a page of a managed node: nobody but its driver, until a feature lets somebody in. */
final class ManagedRuleTableTest {
    private static final String TABLE = """
            | requester                                  | closed     | user_numa  | tiering    |
            | a page that cannot move: a driver's buffer | 0          | 0          | 0          |
            | a fault under the default policy           | 0          | 0          | 0          |
            | faults when local RAM is exhausted         | 0 8 ENOMEM | 0 8 ENOMEM | 0 8 ENOMEM |
            | BIND {c}                                   | EINVAL     | 1          | EINVAL     |
            | BIND {c, far RAM}, more than c has         | 8 ENOMEM   | 1 8        | 8 ENOMEM   |
            | BIND {local RAM, c}, more than RAM has     | 0 ENOMEM   | 0 1        | 0 ENOMEM   |
            | BIND {c, other c}, more than c has         | EINVAL     | 1 2        | EINVAL     |
            | BIND {c}, more than c has                  | EINVAL     | 1 ENOMEM   | EINVAL     |
            | PREFERRED c, more than c has               | EINVAL     | EINVAL     | EINVAL     |
            | INTERLEAVE {local RAM, c}                  | 0          | 0          | 0          |
            | a driver's migration, which names c        | 1          | 1          | 1          |
            | a task whose nodes leave out c, BIND {c}   | EINVAL     | EINVAL     | EINVAL     |
            | a mapping of large pages only, BIND {c}    | EINVAL     | ENOMEM     | EINVAL     |
            | move_pages to c                            | EACCES     | 1          | EACCES     |
            | migrate_pages to c                         | EACCES     | 1          | EACCES     |
            | an application's migration of a range to c | EACCES     | 1          | EACCES     |
            | auto-NUMA hint faults                      | no         | no         | yes        |
            | merging of equal pages                     | no         | no         | no         |
            """;

    static Stream<RuleTable.Cell> cells() {
        return RuleTable.cells(
                TABLE, "managed", "managed(features=user_numa)", "managed(features=reclaim+demotion+numa_balancing)");
    }

    @ParameterizedTest
    @MethodSource("cells")
    void shouldLetInWhomAFeatureLetsIn(RuleTable.Cell cell) {
        try (TwoDevices on =
                ManagedMachines.make(cell.policy(), cell.requester().allowed())) {
            assertThat(cell.requester().ask(on)).isEqualTo(cell.expected());
        }
    }
}
