package moraine.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import moraine.core.api.model.MoraineException;
import moraine.testkit.cdm.Claim;
import moraine.testkit.cdm.Designs;
import moraine.testkit.cdm.Form;
import moraine.testkit.cdm.Plant;
import moraine.testkit.cdm.Requester;
import moraine.testkit.cdm.RuleTable;
import moraine.testkit.cdm.Scenario;
import moraine.testkit.cdm.Strategy;
import moraine.testkit.cdm.Subject;
import moraine.testkit.cdm.Suite;
import moraine.testkit.suite.Outcome;
import moraine.testkit.suite.Trial;
import org.junit.jupiter.api.Test;

/** The suite finds out a policy that leaks, and one that claims what it cannot do. */
final class CdmCanaryTest {
    private static final Set<String> LEAKS =
            Set.of("row_exhausted", "row_large_only", "pressure_of_ram", "pressure_of_pools");

    private static Set<String> failures(Strategy strategy) {
        return failures(strategy, Suite.scenarios());
    }

    /** What was not met, be it that the suite says so or that the core refuses; nothing fails for another reason. */
    private static Set<String> failures(Strategy strategy, List<Scenario> scenarios) {
        var subject = new Subject() {
            @Override
            public List<Strategy> strategies() {
                return List.of(strategy);
            }

            @Override
            public Plant plant() {
                return new PlainPlant()
                        .policy(LeakyPolicy.NAME, LeakyPolicy.open())
                        .policy(LeakyPolicy.GREEDY, LeakyPolicy.greedy());
            }
        };
        List<Outcome> failed = Trial.run(Suite.trials(subject, scenarios), _ -> {}).stream()
                .filter(outcome -> !outcome.passed())
                .toList();
        assertThat(failed)
                .allSatisfy(outcome -> assertThat(outcome.failure())
                        .as(outcome.scenario())
                        .isInstanceOfAny(AssertionError.class, MoraineException.class));
        return failed.stream().map(Outcome::scenario).collect(Collectors.toSet());
    }

    /** {@return a policy that claims what the design by masks does} */
    private static Strategy mask(String name, String policy) {
        return CdmSubject.strategy(
                name, policy, Designs.COHERENT_NODES, "mask", Claim.BIND, Claim.MOVE, Claim.LONG_PIN_LEAVES);
    }

    @Test
    void shouldFindOutALeak() {
        Set<String> failed = failures(mask(LeakyPolicy.NAME, LeakyPolicy.NAME));

        assertThat(failed).containsAll(LEAKS).doesNotContain("row_bind", "move_pages_both_ways");
    }

    /** The same plant, answers and claims without the leak. */
    @Test
    void shouldPassWhoDoesNotLeak() {
        List<Scenario> rows = Suite.scenarios().stream()
                .filter(scenario -> LEAKS.contains(scenario.name()))
                .toList();
        Strategy honest = mask("honest", "cdm(isolation=mask)");

        assertThat(rows).hasSameSizeAs(LEAKS);
        assertThat(failures(honest, rows)).isEmpty();
    }

    @Test
    void shouldNotLetALeakBeClaimed() {
        var answers = new HashMap<>(RuleTable.column(Designs.COHERENT_NODES, "mask"));
        answers.put(Requester.EXHAUSTED, "0 1 2 8 ENOMEM");
        answers.put(Requester.LARGE_ONLY, "1");

        assertThat(failures(new Strategy("honest leak", LeakyPolicy.NAME, answers, Set.of())))
                .contains("row_exhausted", "pressure_of_ram", "pressure_of_pools");
    }

    @Test
    void shouldFailWhatIsClaimedAndCannotBeDone() {
        Set<String> failed = failures(CdmSubject.strategy(
                "hmm that brags",
                "hmm(memory=coherent)",
                Designs.COHERENT_PAGES,
                "coherent",
                Claim.BIND,
                Claim.MOVE,
                Claim.LONG_PIN_REFUSED));

        assertThat(failed)
                .contains("bind_full_device_ends", "cpuset_node_dropped", "hotplug_bindings_sleep")
                .contains("move_pages_both_ways", "pin_long_fails_page_stays")
                .doesNotContain("row_bind", "pressure_of_ram");
    }

    @Test
    void shouldFindOutServicesThatNobodyClaimed() {
        var greedy = mask(LeakyPolicy.GREEDY, LeakyPolicy.GREEDY);

        assertThat(failures(greedy, Suite.services()))
                .contains("reclaim_of_a_device", "reclaim_of_bound_pages", "reclaim_of_ram_spares_devices")
                .contains("demotion_to_who_takes_it", "demotion_by_distance")
                .contains("balancing_of_a_mixed_range", "balancing_without_ram_pages")
                .contains("merging_skips_by_folio", "merging_that_was_on_before", "pin_long_and_unplug")
                .contains("arbitration_of_idle_pages", "arbitration_spares_what_may_not_go")
                .doesNotContain("arbitration_waits_for_a_want")
                .doesNotContain("demotion_asks_the_tenant", "fork_shares_pages_of_a_device");
    }

    @Test
    void shouldFailServicesThatAreClaimedAndNotGiven() {
        var bragging = CdmSubject.strategy(
                "hmm that brags",
                "hmm(memory=coherent)",
                Designs.COHERENT_PAGES,
                "coherent",
                Claim.LONG_PIN_HOLDS,
                Claim.RECLAIM,
                Claim.DEMOTION,
                Claim.PROMOTION,
                Claim.YIELD);
        Set<String> some = Set.of(
                "arbitration_of_idle_pages",
                "balancing_of_a_mixed_range",
                "demotion_to_who_takes_it",
                "reclaim_of_a_device");
        List<Scenario> claimed = Suite.services().stream()
                .filter(row -> some.contains(row.name()) || row.name().startsWith("pin_"))
                .toList();

        assertThat(failures(bragging, claimed))
                .containsAll(some)
                .contains("pin_long_holds_the_page", "pin_long_and_unplug");
    }

    /** Each form is had under the name of another: what fails pretends to make room, what makes room to fail. */
    @Test
    void shouldFailFormsThatAreNotWhatTheySay() {
        Strategy strategy = CdmSubject.strategy("bragging", "cdm", Designs.COHERENT_NODES, "zonelist", Claim.BIND)
                .in(Map.of(
                        Form.FULL_FAILS, "cdm(full=reclaim)",
                        Form.FULL_RECLAIMS, "cdm(full=fail)",
                        Form.FULL_ENDS, "cdm(full=fail)",
                        Form.SPILLS_NOWHERE, "cdm(spill=in)",
                        Form.SPILLS_OUT, "cdm(spill=none)",
                        Form.SPILLS_IN, "cdm(spill=both)",
                        Form.SPILLS_BOTH_WAYS, "cdm(spill=out)"));
        List<Scenario> rows = Suite.scenarios().stream()
                .filter(scenario -> scenario.form() != null)
                .toList();

        assertThat(failures(strategy, rows))
                .containsExactlyInAnyOrderElementsOf(
                        rows.stream().map(Scenario::name).toList());
    }

    /** Room was there to be made, so nobody had to end. */
    @Test
    void shouldFindOutAnEndThatCameEarly() {
        Strategy strategy = CdmSubject.strategy("hasty", "cdm", Designs.COHERENT_NODES, "zonelist", Claim.BIND)
                .in(Map.of(Form.FULL_FAILS, "cdm(full=end,spill=none)"));
        List<Scenario> rows = Suite.scenarios().stream()
                .filter(scenario -> scenario.form() == Form.FULL_FAILS)
                .toList();

        assertThat(failures(strategy, rows)).containsExactly("full_bind_fails");
    }

    @Test
    void shouldFailARowWithoutAnAnswer() {
        var answers = new HashMap<>(RuleTable.column(Designs.COHERENT_NODES, "zonelist"));
        answers.remove(Requester.PREFER);

        assertThat(failures(new Strategy("silent", "cdm", answers, Set.of(Claim.RECLAIM, Claim.YIELD))))
                .containsExactly("row_prefer");
    }
}
