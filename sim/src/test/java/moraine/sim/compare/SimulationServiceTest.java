package moraine.sim.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.sim.Choice;
import moraine.sim.ComparisonRequest;
import moraine.sim.ComparisonResult;
import moraine.sim.ReportFormat;
import moraine.sim.Run;
import moraine.sim.RunRequest;
import moraine.sim.RunResult;
import moraine.sim.Subject;
import moraine.testkit.JvmThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the core can do by itself: the last resort on a machine without a device. */
final class SimulationServiceTest {
    private static final String DEVICELESS = "knl-mcdram";

    private final MachineFactoryImpl factory = Core.factory();
    private final SimulationService simulation = new SimulationService(factory);

    @AfterEach
    void close() {
        factory.close();
    }

    private static ComparisonRequest request(String workload, int size) {
        return ComparisonRequest.of(Subject.workload(workload).withSize(size))
                .withProfile(DEVICELESS)
                .withPolicies(List.of(ComparisonRequest.RAM_ONLY));
    }

    private ComparisonResult compare(ComparisonRequest request) {
        return simulation.compare(request, Runnable::run, policy -> {});
    }

    @ParameterizedTest
    @CsvSource({"pagerank,12", "vector-add,7", "stencil,8", "k-means,8"})
    void shouldRunKernelsOnCpuThreadsWhereThereIsNoDevice(String workload, int size) {
        ComparisonResult result = compare(request(workload, size));
        assertThat(result.right()).isTrue();
        var row = result.rows().getFirst();
        assertThat(row.values().get(Metrics.ELAPSED).longValue()).isPositive();
        assertThat(row.values().get(Metrics.RATIO)).isEqualTo(1.0);
        assertThat(row.explanation()).contains(" % ").endsWith(".");
    }

    @Test
    void shouldGiveIdenticalBytesTwice() throws IOException {
        var first = new StringBuilder();
        var second = new StringBuilder();
        simulation.report(List.of(compare(request("pagerank", 12))), ReportFormat.JSON, first);
        simulation.report(List.of(compare(request("pagerank", 12))), ReportFormat.JSON, second);
        assertThat(first).hasToString(second.toString());
    }

    @Test
    void shouldTakeMoreTimeForMoreData() {
        assertThat(elapsed("vector-add", 9)).isGreaterThan(elapsed("vector-add", 7) * 2);
    }

    private long elapsed(String workload, int size) {
        return compare(request(workload, size))
                .rows()
                .getFirst()
                .values()
                .get(Metrics.ELAPSED)
                .longValue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pagerank", "k-means"})
    void shouldBeRightInWallClockTimeByTheSameCode(String workload) {
        var request = new RunRequest(
                Subject.workload(workload).withSize(8), DEVICELESS, ComparisonRequest.RAM_ONLY, "50%", 2, 1);
        try (Run run = simulation.open(request, factory.wallClock(new JvmThreads(), 1))) {
            RunResult result = run.play();
            assertThat(result.right()).as(result.detail()).isTrue();
            assertThat(result.modelled()).isFalse();
            assertThat(result.explanation()).isEmpty();
            assertThat(result.phases()).extracting(RunResult.Phase::name).contains(workload);
        }
    }

    @Test
    void shouldDivideTheModelledTimeOfARunIntoPhases() {
        try (Run run = simulation.open(request("pagerank", 12).run(ComparisonRequest.RAM_ONLY))) {
            RunResult result = run.play();
            assertThat(result.modelled()).isTrue();
            assertThat(result.phases().stream().mapToLong(RunResult.Phase::ns).sum())
                    .isBetween(result.elapsedNs() * 9 / 10, result.elapsedNs());
            assertThat(run.space().info().name()).isEqualTo("pagerank");
        }
    }

    @Test
    void shouldNameWhatThereIs() {
        assertThat(simulation.profiles())
                .extracting(Choice::name)
                .containsExactly("gh200", "power9-v100-cdm", "cxl-type3", "knl-mcdram", "stacked-cxl");
        assertThat(simulation.workloads())
                .extracting(Choice::name)
                .containsExactly("pagerank", "vector-add", "stencil", "k-means");
        assertThat(simulation.profile("gh200").devices()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nope    | knl-mcdram | ram-only | 50%  | ENOENT | no workload nope
            k-means | vax        | ram-only | 50%  | ENOENT | no profile vax
            k-means | knl-mcdram | lru      | 50%  | ENOENT | no policy "lru"; there are ram-only
            k-means | knl-mcdram | ram-only | half | EINVAL | device memory "half"
            """)
    void shouldRefuseBadInputInALine(
            String workload, String profile, String policy, String memory, Errno errno, String message) {
        var request = ComparisonRequest.of(Subject.workload(workload).withSize(6))
                .withProfile(profile)
                .withPolicies(List.of(policy))
                .withDeviceMemory(memory);
        assertThatThrownBy(() -> compare(request))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(errno))
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @CsvSource({"lru,ENOENT", "ram-only(,EINVAL", "last-resort,ENOENT", "ram-only(a=1),EINVAL"})
    void shouldRefuseAPolicyBeforeAnotherRuns(String policy, Errno errno) {
        var ran = new ArrayList<String>();
        var request = request("k-means", 6).withPolicies(List.of(ComparisonRequest.RAM_ONLY, policy));
        assertThatThrownBy(() -> simulation.compare(request, Runnable::run, ran::add))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(errno));
        assertThat(ran).isEmpty();
    }

    @Test
    @Timeout(60)
    void shouldWaitForAllRunsAlsoWhenOneFails() {
        Thread caller = Thread.currentThread();
        var ended = new ConcurrentLinkedQueue<String>();
        var first = new AtomicBoolean(true);
        Executor executor = run -> {
            if (first.getAndSet(false)) {
                run.run();
                return;
            }
            Thread.ofPlatform().daemon(true).start(() -> {
                while (caller.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
                run.run();
            });
        };
        var request = request("k-means", 6).withPolicies(List.of(ComparisonRequest.RAM_ONLY, "ram-only()"));
        assertThatThrownBy(() -> simulation.compare(request, executor, policy -> {
                    if (policy.equals(ComparisonRequest.RAM_ONLY)) {
                        throw new IllegalStateException("the first fails");
                    }
                    ended.add(policy);
                }))
                .hasMessage("the first fails");
        assertThat(ended).containsExactly("ram-only()");
    }

    @Test
    void shouldRefuseAComparisonInWhichNobodyFindsRoom() {
        var request = request("k-means", 6).withMemory("20%");
        assertThatThrownBy(() -> compare(request))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOMEM));
    }

    @Test
    @Timeout(30)
    void shouldRefuseAPolicyBeforeItMakesData() {
        RunRequest huge = request("pagerank", 24).run("lru");
        assertThatThrownBy(() -> simulation.check(huge)).hasMessageContaining("lru");
        assertThatThrownBy(() -> simulation.open(huge)).hasMessageContaining("lru");
    }

    @Test
    void shouldTakeTheLastResortWithBracketsToo() {
        for (String name : List.of("ram-only", "ram-only()")) {
            try (Run run = simulation.open(request("k-means", 6).run(name))) {
                assertThat(run.machine().policies().active()).isEqualTo("ram-only");
            }
        }
    }

    @Test
    void shouldRefuseAnEmptyListOfPolicies() {
        assertThatThrownBy(() -> compare(request("k-means", 6).withPolicies(List.of())))
                .hasMessage("no policy to compare; name at least one");
    }
}
