package moraine.itest.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.sim.ComparisonRequest;
import moraine.sim.ComparisonResult;
import moraine.sim.ComparisonRow;
import moraine.sim.Fact;
import moraine.sim.ReportFormat;
import moraine.sim.Run;
import moraine.sim.RunRequest;
import moraine.sim.RunResult;
import moraine.sim.Subject;
import moraine.sim.compare.SimulationService;
import moraine.testkit.JvmThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ComparisonTest {
    private final MachineFactoryImpl factory = PlainCore.factory();
    private final SimulationService simulation = new SimulationService(factory);

    @AfterEach
    void close() {
        factory.close();
    }

    private ComparisonResult compare(ComparisonRequest request) {
        return simulation.compare(request, Runnable::run, policy -> {});
    }

    private static ComparisonRequest pageRank() {
        return ComparisonRequest.of(Subject.workload("pagerank").withSize(14));
    }

    private static long figure(ComparisonResult result, String policy, String key) {
        int index = result.metrics().stream().map(m -> m.key()).toList().indexOf(key);
        return row(result, policy).values().get(index).longValue();
    }

    private static ComparisonRow row(ComparisonResult result, String policy) {
        return result.rows().stream()
                .filter(r -> r.policy().equals(policy))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldTellPoliciesApartOnPageRank() {
        ComparisonResult result = compare(pageRank());
        assertThat(result.right()).isTrue();
        assertThat(result.rows()).allMatch(ComparisonRow::ran);
        assertThat(figure(result, "ram-only", "peak_device_pages")).isZero();
        assertThat(figure(result, "ram-only", "pages_to_device")).isZero();
        assertThat(figure(result, "hmm", "pages_to_device")).isPositive();
        assertThat(figure(result, "hmm", "pages_to_host")).isPositive();
        assertThat(figure(result, "cdm", "peak_device_pages")).isPositive();
        assertThat(result.rows().stream()
                        .map(ComparisonRow::values)
                        .filter(v -> v.size() == result.metrics().size())
                        .distinct())
                .hasSizeGreaterThanOrEqualTo(3);
        assertThat(row(result, "hmm").explanation())
                .contains(" % ")
                .contains(" pages")
                .contains("was refused");
    }

    @Test
    void shouldGiveIdenticalBytesTwice() throws IOException {
        var first = new StringBuilder();
        var second = new StringBuilder();
        for (ReportFormat format : ReportFormat.values()) {
            simulation.report(List.of(compare(pageRank())), format, first);
            simulation.report(
                    List.of(new SimulationService(PlainCore.factory()).compare(pageRank(), Runnable::run, p -> {})),
                    format,
                    second);
        }
        assertThat(first).hasToString(second.toString());
    }

    @Test
    void shouldReplayTheTraceOfTheProjectUnderEachPolicy() {
        var asked = new ArrayList<String>();
        ComparisonResult result =
                simulation.compare(ComparisonRequest.of(Subject.trace(Subject.SQLITE)), Runnable::run, asked::add);
        assertThat(asked).containsExactlyElementsOf(ComparisonRequest.DEFAULT_POLICIES);
        assertThat(result.facts()).contains(new Fact("references", "1,927,273 to 314 pages"));
        assertThat(result.notes()).anyMatch(n -> n.contains("is assumed"));
        assertThat(result.rows().stream().map(ComparisonRow::values).distinct()).hasSizeGreaterThanOrEqualTo(3);
        // The recorded program asks for nothing, so a node that holds only what is asked for stays empty.
        assertThat(figure(result, "cdm", "peak_device_pages")).isZero();
        assertThat(row(result, "cdm").explanation()).startsWith("Equal to ram-only, because neither placed a page");
        assertThat(figure(result, "hmm", "pages_to_host")).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1B", "4096", "16KiB", "64KiB"})
    @Timeout(120)
    void shouldEndOnADeviceOfAFewPages(String memory) {
        ComparisonResult result = compare(ComparisonRequest.of(Subject.trace(Subject.SQLITE))
                .withDeviceMemory(memory)
                .withPolicies(List.of("ram-only", "hmm", "cdm")));
        assertThat(result.right()).isTrue();
        assertThat(figure(result, "hmm", "peak_device_pages")).isBetween(1L, 16L);
        assertThat(figure(result, "hmm", "pages_to_host")).isPositive();
        assertThat(figure(result, "cdm", "modelled_time_ns")).isEqualTo(figure(result, "ram-only", "modelled_time_ns"));
        assertThat(figure(result, "hmm", "modelled_time_ns"))
                .isLessThan(2 * figure(result, "ram-only", "modelled_time_ns"));
    }

    @Test
    void shouldSayWhyAPolicyCannotRun() {
        ComparisonResult result = compare(pageRank().withProfile("cxl-type3"));
        ComparisonRow cdm = row(result, "cdm");
        assertThat(cdm.ran()).isFalse();
        assertThat(cdm.explanation()).contains("gpu0").contains("coherent");
        assertThat(row(result, "hmm(memory=coherent)").ran()).isFalse();
        assertThat(row(result, "hmm").ran()).isTrue();
    }

    @Test
    void shouldSayWhyRowsAreEqualWhereThereIsNoDevice() {
        ComparisonResult result =
                compare(pageRank().withProfile("knl-mcdram").withPolicies(List.of("ram-only", "first-touch")));
        assertThat(result.right()).isTrue();
        assertThat(row(result, "first-touch").explanation())
                .startsWith("Equal to ram-only, because the machine has no device");
    }

    @Test
    void shouldUseTheDeviceThatATraceNames() {
        var subject = Subject.trace(Subject.SQLITE).withActors("cpu:0-90,gpu3:90-100");
        var request =
                ComparisonRequest.of(subject).withProfile("power9-v100-cdm").withPolicies(List.of("hmm"));
        ComparisonResult result = compare(request);
        assertThat(result.facts()).extracting(Fact::value).anyMatch(v -> v.startsWith("GPU252 of gpu3"));
        assertThat(figure(result, "hmm", "device_faults")).isPositive();
    }

    @ParameterizedTest
    @CsvSource({"pagerank,12,hmm", "vector-add,7,cdm", "stencil,8,hmm", "k-means,8,first-touch"})
    void shouldBeRightInWallClockTimeByTheSameCode(String workload, int size, String policy) {
        var request = new RunRequest(Subject.workload(workload).withSize(size), "gh200", policy, "50%", 2, 1);
        try (Run run = simulation.open(request, factory.wallClock(new JvmThreads(), 1))) {
            RunResult result = run.play();
            assertThat(result.right()).as(result.detail()).isTrue();
            assertThat(result.modelled()).isFalse();
            assertThat(result.explanation()).isEmpty();
            assertThat(result.phases()).extracting(RunResult.Phase::name).contains(workload);
        }
    }
}
