package moraine.sim.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Pages;
import moraine.sim.Fact;
import moraine.sim.profile.Profiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ScalingTest {
    private static long bytes(Scaling scaling, int node) {
        return (long) scaling.profile()
                .topology()
                .node(node)
                .map(NodeSpec::bytes)
                .orElseThrow()
                .value();
    }

    @Test
    void shouldGiveHalfTheFootprintToTheDeviceAndTwiceToMemory() {
        Scaling scaling = Scaling.of(Profiles.load("gh200"), Set.of("gpu0"), 22_528, "50%", "200%");
        assertThat(bytes(scaling, 1)).isEqualTo(44L << 20);
        assertThat(bytes(scaling, 0)).isEqualTo(176L << 20);
        assertThat(scaling.facts())
                .contains(new Fact(
                        "node 1",
                        "HBM3 of gpu0 scaled from 89.4 GiB to 44 MiB (11,264 pages, 50 % of the footprint), its cache"
                                + " to 32 KiB"));
        assertThat(scaling.cacheBytes().get(0)).isEqualTo((long) (114e6 * (176L << 20) / 480e9));
    }

    @Test
    void shouldGiveTheMemoryThatWasAskedFor() {
        assertThat(bytes(Scaling.of(Profiles.load("gh200"), Set.of("gpu0"), 22_528, "50%", "75%"), 0))
                .isEqualTo(66L << 20);
    }

    @Test
    void shouldLeaveACacheWhatTheProfileSays() {
        var more = Profiles.load("gh200", Map.of("costs.leastCache", "1MiB"));
        Scaling scaling = Scaling.of(more, Set.of("gpu0"), 22_528, "50%", "200%");
        assertThat(scaling.cacheBytes()).containsEntry(0, 1L << 20).containsEntry(1, 1L << 20);
    }

    @Test
    void shouldLeaveEveryNodeWholePages() {
        Scaling scaling = Scaling.of(Profiles.load("gh200"), Set.of("gpu0"), 1, "10%", "200%");
        assertThat(bytes(scaling, 0)).isEqualTo(2L * Pages.SIZE);
        assertThat(bytes(scaling, 1)).isEqualTo(Pages.SIZE);
    }

    @ParameterizedTest
    @CsvSource({
        "1B,device memory 1B was raised to 4 KiB",
        "5000B,device memory 5000B was raised to 8 KiB",
        "0.1%,device memory 0.1% of the footprint is 409 bytes and was raised to 4 KiB"
    })
    void shouldSayWhereMemoryWasRaised(String asked, String sentence) {
        assertThat(Scaling.of(Profiles.load("gh200"), Set.of("gpu0"), 100, asked, "200%")
                        .adjustments())
                .singleElement()
                .asString()
                .startsWith(sentence + ": a node has whole pages");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4096", "16KiB", "50%", "33%", "64MiB"})
    void shouldSayNothingWhereMemoryIsAsAsked(String asked) {
        assertThat(Scaling.of(Profiles.load("gh200"), Set.of("gpu0"), 100, asked, "200%")
                        .adjustments())
                .isEmpty();
        assertThat(Scaling.of(Profiles.load("knl-mcdram"), Set.of(), 100, "1B", "200%")
                        .adjustments())
                .isEmpty();
    }

    @Test
    void shouldDivideMemoryAsTheProfileDoesAndUseOnlyNamedDevices() {
        Scaling scaling = Scaling.of(Profiles.load("power9-v100-cdm"), Set.of("gpu3"), 100_000, "64MiB", "200%");
        assertThat(bytes(scaling, 0) + bytes(scaling, 8)).isBetween(800L * 1_000_000, 840L * 1_000_000);
        assertThat(bytes(scaling, 0)).isLessThanOrEqualTo(bytes(scaling, 8));
        assertThat(bytes(scaling, 60)).isEqualTo(64L << 20);
        assertThat(scaling.devices())
                .singleElement()
                .satisfies(d -> assertThat(d.node()).isEqualTo(60));
        assertThat(scaling.facts()).extracting(Fact::name).containsExactly("node 0", "node 8", "node 60");
    }
}
