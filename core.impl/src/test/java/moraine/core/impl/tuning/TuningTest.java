package moraine.core.impl.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Tunable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class TuningTest {
    static List<Tunable> all() {
        return Tuning.USUAL.tunables();
    }

    private static long valueOf(String name, String value) {
        return Tuning.of(new Parameters(Map.of(name, value))).tunables().stream()
                .filter(tunable -> tunable.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }

    private static void refused(String name, String value, String message) {
        assertThatThrownBy(() -> Tuning.of(new Parameters(Map.of(name, value))))
                .isInstanceOfSatisfying(MoraineException.class, e -> {
                    assertThat(e.errno()).isEqualTo(Errno.EINVAL);
                    assertThat(e.blame()).isEqualTo(Blame.CALLER);
                    assertThat(e).hasMessage(message);
                });
    }

    @ParameterizedTest
    @MethodSource("all")
    void shouldBeDescribed(Tunable tunable) {
        assertThat(tunable.name()).matches("[a-z]+\\.[a-z_]+");
        assertThat(tunable.unit()).isNotBlank();
        assertThat(tunable.description()).isNotBlank().doesNotEndWith(".");
        assertThat(tunable.source()).matches("(Moraine|Linux|UVM).*");
        assertThat(tunable.usual()).isEqualTo(tunable.value()).isBetween(tunable.least(), tunable.most());
    }

    /** Where a value is somebody else's, it is his. */
    @ParameterizedTest
    @CsvSource({
        "thrash.lapse, 500", "thrash.losses, 3", "thrash.naps, 10", "thrash.pin, 150", "evict.batch, 64",
        "evict.least, 32", "duplicate.batch, 64", "cache.readahead, 32", "cache.bounce, 64", "cache.pause, 200"
    })
    void shouldUsuallyHaveTheValueOfItsSource(String name, long usual) {
        assertThat(all())
                .filteredOn(tunable -> tunable.name().equals(name))
                .singleElement()
                .extracting(Tunable::usual)
                .isEqualTo(usual);
    }

    @Test
    void shouldBeInTheOrderOfTheNames() {
        assertThat(all()).extracting(Tunable::name).isSorted().doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("all")
    void shouldAcceptItsBoundsAndRefuseOneBeyond(Tunable tunable) {
        String name = tunable.name();
        String remedy = " is not within its bounds; give " + tunable.least() + " to " + tunable.most() + " "
                + tunable.unit() + ", usual is " + tunable.usual();
        assertThat(valueOf(name, Long.toString(tunable.least()))).isEqualTo(tunable.least());
        assertThat(valueOf(name, Long.toString(tunable.most()))).isEqualTo(tunable.most());
        String under = Long.toString(tunable.least() - 1);
        refused(name, under, "tunable " + name + "=" + under + remedy);
        String over = Long.toString(tunable.most() + 1);
        refused(name, over, "tunable " + name + "=" + over + remedy);
    }

    @Test
    void shouldRefuseWhatIsNoNumber() {
        refused(
                "thrash.lapse",
                "500us",
                "tunable thrash.lapse=500us is not a whole number of us; give 1 to 1000000 us, usual is 500");
        refused(
                "range.timeout",
                "",
                "tunable range.timeout= is not a whole number of ms; give 1 to 600000 ms, usual is 1000");
    }

    @Test
    void shouldNameTheNearest() {
        refused("thrash.laps", "1", "no tunable is named thrash.laps; the nearest is thrash.lapse");
        refused("timeout", "1", "no tunable is named timeout; the nearest is range.timeout");
    }

    @Test
    void shouldTurnUnitsIntoThoseOfTheirReaders() {
        assertThat(Tuning.USUAL.rangeTimeoutNs).isEqualTo(1_000_000_000L);
        assertThat(Tuning.USUAL.thrashLapseNs).isEqualTo(500_000);
        assertThat(Tuning.USUAL.thrashPinNs).isEqualTo(150_000_000);
        assertThat(Tuning.USUAL.userfaultDeadlineNs).isEqualTo(10_000_000_000L);
        assertThat(Tuning.USUAL.deviceSamplingGap).isEqualTo(31);
    }
}
