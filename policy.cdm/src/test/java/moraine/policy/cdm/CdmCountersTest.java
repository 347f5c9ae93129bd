package moraine.policy.cdm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.model.Cause;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.policy.AccessSample;
import moraine.testkit.HandBuilt;
import org.junit.jupiter.api.Test;

final class CdmCountersTest {
    private static final long REGION = Pages.LARGE_SIZE;
    private static final long LOW = 10;

    private final RecordingContext context = new RecordingContext(withFreePages(100 * Pages.PER_LARGE));

    private static HandBuilt withFreePages(long pages) {
        var superchip = HandBuilt.superchip();
        var device = new NodeInfo(
                1,
                "node1",
                NodeKind.DEVICE,
                "gpu0",
                CdmRepresentation.COHERENT_DEVICE,
                200 * Pages.PER_LARGE,
                pages + LOW,
                0,
                1,
                LOW,
                2 * LOW);
        return new HandBuilt(superchip.profile(), List.of(device), superchip.devices());
    }

    /** Regions of space 7, the n-th at n regions, with so many accesses by the device of node 1. */
    private record Regions(List<Long> counts) implements AccessSample {
        @Override
        public int device() {
            return 1;
        }

        @Override
        public int size() {
            return counts.size();
        }

        @Override
        public int space(int index) {
            return 7;
        }

        @Override
        public long start(int index) {
            return index * REGION;
        }

        @Override
        public long bytes(int index) {
            return REGION;
        }

        @Override
        public long accesses(int index) {
            return counts.get(index);
        }
    }

    private void report(Parameters parameters, Long... counts) {
        report(context, parameters, counts);
    }

    private static void report(RecordingContext context, Parameters parameters, Long... counts) {
        new CdmPolicy("cdm", CdmSettings.of(parameters), context).onAccessCounters(new Regions(List.of(counts)));
    }

    @Test
    void shouldMoveTheRegionsThatReachTheThreshold() {
        report(Parameters.NONE, 255L, 256L, 0L, 4000L);

        assertThat(context.moves)
                .containsExactly(
                        new RecordingContext.Move(7, REGION, REGION, 1, Cause.ACCESS_COUNTERS),
                        new RecordingContext.Move(7, 3 * REGION, REGION, 1, Cause.ACCESS_COUNTERS));
    }

    @Test
    void shouldTakeTheThresholdFromTheParameter() {
        report(Parameters.NONE.with("counterThreshold", "5000"), 4999L, 5000L);

        assertThat(context.moves)
                .containsExactly(new RecordingContext.Move(7, REGION, REGION, 1, Cause.ACCESS_COUNTERS));
    }

    @Test
    void shouldMoveOnlyWhatFitsAboveTheLowWatermark() {
        var tight = new RecordingContext(withFreePages(2 * Pages.PER_LARGE));

        report(tight, Parameters.NONE, 300L, 300L, 300L);

        assertThat(tight.moves)
                .containsExactly(
                        new RecordingContext.Move(7, 0, REGION, 1, Cause.ACCESS_COUNTERS),
                        new RecordingContext.Move(7, REGION, REGION, 1, Cause.ACCESS_COUNTERS));
        assertThat(tight.lacks).containsExactly(new RecordingContext.Lack(7, Pages.PER_LARGE, 1));
    }
}
