package moraine.testkit.cdm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SuiteTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return Main.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments);
    }

    @Test
    void shouldHaveAScenarioForEachClaimAndEachRow() {
        List<Scenario> scenarios = Suite.scenarios();
        assertThat(scenarios).extracting(Scenario::name).doesNotHaveDuplicates();
        assertThat(scenarios.stream()
                        .flatMap(scenario -> Stream.concat(scenario.needs().stream(), scenario.asks().stream())))
                .contains(Claim.values());
        assertThat(scenarios).extracting(Scenario::form).contains(Form.values());
        assertThat(scenarios)
                .filteredOn(scenario -> scenario.name().startsWith("row_"))
                .hasSameSizeAs(Requester.values());
        assertThat(Suite.services())
                .extracting(Scenario::name)
                .hasSizeGreaterThan(20)
                .isSubsetOf(scenarios.stream().map(Scenario::name).toList());
        assertThat(Suite.allocation())
                .extracting(Scenario::name)
                .isSubsetOf(scenarios.stream().map(Scenario::name).toList());
    }

    @Test
    void shouldRunWhatIsClaimedAndSkipNothing(@TempDir Path folder) throws Exception {
        Path results = folder.resolve("below/cdm.csv");
        assertThat(run(NoPlant.class.getName(), results.toString())).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("scenario                       one          a strategy of that name result")
                .contains("row_default                    failed       failed                  FAILED")
                .contains("bind_leaves_no_mark            failed       -                       FAILED")
                .doesNotContain("move_pages_both_ways")
                .contains("no plant today");
        assertThat(Files.readAllLines(results))
                .startsWith("scenario,variant,result", "row_buffer,one,failed")
                .contains("row_default,a strategy of that name,failed");
    }

    @Test
    void shouldSayWhatIsMissing() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("usage: Main SUBJECT", "moraine.testkit.cdm.Subject");
    }

    @Test
    void shouldReadTheTablesOfAllDesigns() {
        Map.of(
                        Designs.COHERENT_NODES, List.of("zonelist", "cpuset", "no THISNODE", "mask"),
                        Designs.MANAGED_NODES, List.of("closed", "user_numa", "tiering"),
                        Designs.COHERENT_PAGES, List.of("coherent"))
                .forEach((table, headings) -> headings.forEach(
                        heading -> assertThat(RuleTable.column(table, heading)).containsOnlyKeys(Requester.values())));
        assertThatThrownBy(() -> RuleTable.column(Designs.MANAGED_NODES, "open"))
                .hasMessage("no column is headed 'open'; there are [requester, closed, user_numa, tiering]");
    }
}
