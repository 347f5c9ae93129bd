package moraine.sim.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.sim.trace.Phase;
import moraine.sim.trace.Trace;
import moraine.sim.trace.Traces;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class WorkloadsTest {
    static List<String> names() {
        return Workloads.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void shouldBeRightHoweverOftenStepsRepeat(String name) {
        Workload workload = Workloads.create(name, 9, 3);
        var stage = new FlatStage(workload.pages());
        Outcome outcome = workload.run(stage);
        assertThat(outcome.right()).as(outcome.detail()).isTrue();
        assertThat(stage.onDevice.faults).isPositive();
        assertThat(stage.mappedPages()).isEqualTo(workload.pages());
        assertThat(stage.phases).contains("gpu0:" + name);
    }

    @ParameterizedTest
    @MethodSource("names")
    void shouldNoticeAWrongResult(String name) {
        Workload workload = Workloads.create(name, 9, 3);
        var stage = new FlatStage(workload.pages());
        var spoiled = new SpoilingStage(stage, FlatMemory.BASE, workload.pages());
        Outcome outcome = workload.run(spoiled);
        assertThat(outcome.right()).isFalse();
        assertThat(outcome.detail()).contains(" is ").contains(", not ");
    }

    @ParameterizedTest
    @MethodSource("names")
    void shouldMakeTheSameDataFromTheSameSeed(String name) {
        var first = new FlatStage(Workloads.create(name, 9, 3).pages());
        var second = new FlatStage(Workloads.create(name, 9, 3).pages());
        Workloads.create(name, 9, 3).run(first);
        Outcome outcome = Workloads.create(name, 9, 3).run(second);
        assertThat(outcome.right()).isTrue();
        long address = FlatMemory.BASE;
        assertThat(first.onCpu.getLong(address)).isEqualTo(second.onCpu.getLong(address));
        assertThat(first.onDevice.faults).isEqualTo(second.onDevice.faults);
    }

    @Test
    void shouldUseTwentyThousandPagesForPageRankByDefault() {
        assertThat(Workloads.create("pagerank", 0, 1).pages()).isGreaterThan(20_000);
    }

    @Test
    void shouldReplayEachReferenceOnceInItsPhase() {
        Trace trace = Traces.load(Traces.SQLITE);
        Workload replay = Workloads.replay(trace, Phase.parse("cpu:0-40,gpu0:40-70,cpu:70-100", List.of("gpu0")));
        var stage = new FlatStage(0);
        assertThat(replay.run(stage).right()).isTrue();
        assertThat(stage.phases).containsExactly("replay", "gpu0:replay", "replay");
        assertThat(stage.onCpu.touches + stage.onDevice.touches).isEqualTo(replay.references());
        assertThat(stage.onDevice.touches).isEqualTo(Math.round(1_927_273 * 0.7) - Math.round(1_927_273 * 0.4));
        assertThat(stage.mappedPages()).isEqualTo(314);
        assertThat(replay.notes()).singleElement().asString().contains("is assumed");
    }

    @Test
    void shouldSayWhichWorkloadsThereAre() {
        assertThatThrownBy(() -> Workloads.create("sort", 0, 1))
                .hasMessage("no workload sort; there are pagerank, vector-add, stencil, k-means")
                .extracting(e -> ((MoraineException) e).errno())
                .isEqualTo(Errno.ENOENT);
        assertThatThrownBy(() -> Workloads.create("stencil", 99, 1)).hasMessageContaining("is not from 4 to 24");
    }
}
