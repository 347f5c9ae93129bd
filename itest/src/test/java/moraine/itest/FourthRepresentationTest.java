package moraine.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import moraine.core.api.policy.PolicyProvider;
import moraine.testkit.cdm.Claim;
import moraine.testkit.cdm.Plant;
import moraine.testkit.cdm.RuleTable;
import moraine.testkit.cdm.Strategy;
import moraine.testkit.cdm.Subject;
import moraine.testkit.cdm.Suite;
import moraine.testkit.suite.Outcome;
import moraine.testkit.suite.Report;
import moraine.testkit.suite.Trial;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A representation that the project does not know, of a jar outside the build, under the core as it is. */
final class FourthRepresentationTest {
    private static final String TABLE = """
            | requester                                  | harbour    |
            | a page that cannot move: a driver's buffer | 0          |
            | a fault under the default policy           | 0          |
            | faults when local RAM is exhausted         | 0 8 ENOMEM |
            | BIND {c}                                   | 1          |
            | BIND {c, far RAM}, more than c has         | 1 8        |
            | BIND {local RAM, c}, more than RAM has     | 0 1        |
            | BIND {c, other c}, more than c has         | 1 2        |
            | BIND {c}, more than c has                  | 1 ENOMEM   |
            | PREFERRED c, more than c has               | EINVAL     |
            | INTERLEAVE {local RAM, c}                  | 0          |
            | a driver's migration, which names c        | 1          |
            | a task whose nodes leave out c, BIND {c}   | EINVAL     |
            | a mapping of large pages only, BIND {c}    | ENOMEM     |
            | move_pages to c                            | EACCES     |
            | migrate_pages to c                         | EACCES     |
            | an application's migration of a range to c | EACCES     |
            | auto-NUMA hint faults                      | yes        |
            | merging of equal pages                     | no         |
            """;

    @Test
    void shouldPassTheAllocationPartUnderTheUnchangedCore(@TempDir Path work) throws Exception {
        try (var jar = new ForeignJar(Workspace.find().itest("src/fourth/java"), work)) {
            PolicyProvider harbour = jar.policy("example.harbour.HarbourProvider");
            assertThat(harbour.getClass().getClassLoader())
                    .isNotSameAs(getClass().getClassLoader());
            var strategy = new Strategy(
                    "harbour", "harbour", RuleTable.column(TABLE, "harbour"), Set.of(Claim.BIND, Claim.MOVE_REFUSED));

            List<Outcome> outcomes = Trial.run(Suite.trials(subject(strategy, harbour), Suite.allocation()), _ -> {});

            assertThat(outcomes).hasSizeGreaterThan(25);
            assertThat(outcomes).as(Report.table(outcomes)).allMatch(Outcome::passed);
        }
    }

    private static Subject subject(Strategy strategy, PolicyProvider provider) {
        return new Subject() {
            @Override
            public List<Strategy> strategies() {
                return List.of(strategy);
            }

            @Override
            public Plant plant() {
                return new PlainPlant().policy(strategy.name(), provider);
            }
        };
    }
}
