package moraine.testkit.hmm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SuiteTest {
    /** The tests of hmm-tests.c, in its order, and the one that is proposed. */
    private static final List<String> KERNEL = List.of(
            "open_close",
            "anon_read",
            "anon_read_prot",
            "anon_write",
            "anon_write_prot",
            "anon_write_child",
            "anon_write_child_shared",
            "anon_write_huge",
            "anon_write_hugetlbfs",
            "file_read",
            "file_write",
            "migrate",
            "migrate_file_private",
            "migrate_fault",
            "migrate_release",
            "migrate_shared",
            "migrate_mixed",
            "migrate_multiple",
            "anon_read_multiple",
            "anon_teardown",
            "mixedmap",
            "snapshot",
            "compound",
            "double_map",
            "exclusive",
            "exclusive_mprotect",
            "exclusive_cow",
            "hmm_gup_test",
            "hmm_cow_in_device",
            "migrate_anon_huge_empty",
            "migrate_anon_huge_zero",
            "migrate_anon_huge_free",
            "migrate_anon_huge_fault",
            "migrate_partial_unmap_fault",
            "migrate_remap_fault",
            "migrate_anon_huge_err",
            "migrate_anon_huge_zero_err",
            "benchmark_thp_migration",
            "userfaultfd_read");

    /** What the suite has beyond the kernel's tests. */
    private static final List<String> OWN =
            List.of("moraine_exclusive_pair", "moraine_read_mostly", "moraine_read_mostly_pair");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return Main.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments);
    }

    @Test
    void shouldHaveEveryTestOfTheKernel() {
        assertThat(Suite.scenarios())
                .extracting(Scenario::name)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(KERNEL.stream(), OWN.stream()).toList());
    }

    @Test
    void shouldRunPairsForTheTestsWithTwoDevices() {
        Set<String> pairs = Suite.scenarios().stream()
                .filter(scenario -> scenario.variants().equals(Variant.PAIRS))
                .map(Scenario::name)
                .collect(Collectors.toSet());
        assertThat(pairs)
                .containsExactlyInAnyOrder(
                        "migrate_mixed",
                        "snapshot",
                        "double_map",
                        "moraine_exclusive_pair",
                        "moraine_read_mostly_pair");
        assertThat(Suite.scenarios())
                .filteredOn(scenario -> !pairs.contains(scenario.name()))
                .extracting(Scenario::variants)
                .containsOnly(Variant.SINGLES);
    }

    @Test
    void shouldFailAndSkipNothingWithoutAMachine(@TempDir Path folder) throws Exception {
        Path results = folder.resolve("below/hmm.csv");
        assertThat(run(NoMachine.class.getName(), results.toString())).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("scenario                       private      coherent     result")
                .contains("anon_read                      failed       failed       FAILED")
                .contains("double_map                     failed (2)   failed (2)   FAILED")
                .contains("42 scenarios, 84 runs, 84 failed")
                .contains("no devices today");
        assertThat(Files.readAllLines(results))
                .hasSize(85)
                .startsWith("scenario,variant,result", "open_close,private,failed", "open_close,coherent,failed")
                .contains("snapshot,coherent pair,failed");
    }

    @Test
    void shouldSayWhatIsMissing() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("moraine.testkit.hmm.Nowhere")).isEqualTo(2);
        assertThat(run(String.class.getName())).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("usage: Main SUBJECT", "moraine.testkit.hmm.Nowhere", "java.lang.String");
    }
}
