package moraine.sim.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SizesTest {
    @ParameterizedTest
    @CsvSource({
        "50%,500",
        "12.5 %,125",
        "64MiB,67108864",
        "1.5 KiB,1536",
        "2gb,2000000000",
        "2TiB,2199023255552",
        "4096,4096",
        "7b,7"
    })
    void shouldReadSharesAndSizes(String text, long bytes) {
        assertThat(Sizes.bytes(Sizes.Kind.DEVICE, text, 1000)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "half", "-1MiB", "5 furlongs", "1.2.3%", "%"})
    void shouldRefuseWithARemedy(String text) {
        assertThatThrownBy(() -> Sizes.bytes(Sizes.Kind.DEVICE, text, 1000))
                .hasMessage("device memory \"" + text + "\" is no size; write 50% of the footprint, or 64MiB");
    }

    @Test
    void shouldNotTakeAForgottenPercentSignForBytes() {
        assertThatThrownBy(() -> Sizes.bytes(Sizes.Kind.SWAP, "60", 1000))
                .hasMessage("swap \"60\" has no unit, and as bytes it is no whole number of pages of 4096; write 60% of"
                        + " the footprint, or 60MiB");
        assertThatThrownBy(() -> Sizes.bytes(Sizes.Kind.MEMORY, "4097", 1000))
                .hasMessageEndingWith("; write 4097% of the footprint, or 4097MiB");
    }

    @Test
    void shouldRefuseSwapOfLessThanAPage() {
        assertThatThrownBy(() -> Sizes.bytes(Sizes.Kind.SWAP, "60B", 1000))
                .hasMessage(
                        "swap \"60B\" is 60 bytes, but it needs at least a page of 4096; write 50% of the footprint,"
                                + " or 64MiB");
        assertThat(Sizes.bytes(Sizes.Kind.SWAP, "4KiB", 1000)).isEqualTo(4096);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0%", "0.0 MiB"})
    void shouldSayThatZeroIsTooLittle(String text) {
        assertThatThrownBy(() -> Sizes.bytes(Sizes.Kind.DEVICE, text, 1000))
                .hasMessage("device memory \"" + text + "\" is zero, but a device needs at least a page of 4096 bytes;"
                        + " write 50% of the footprint, or 64MiB");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4TiB", "99999999TiB", "999999999999%"})
    void shouldSayWhichLimitIsPassed(String text) {
        assertThatThrownBy(() -> Sizes.bytes(Sizes.Kind.DEVICE, text, 1000))
                .hasMessageStartingWith("device memory \"" + text
                        + "\" is above the limit of a node, 1073741823 pages (4 TiB less one page); ");
    }

    @Test
    void shouldNameWhatTheSizeIsOf() {
        assertThatThrownBy(() -> Sizes.bytes(Sizes.Kind.MEMORY, "0", 1))
                .hasMessageStartingWith("memory \"0\" is zero, but a machine needs");
        assertThatThrownBy(() -> Sizes.bytes(Sizes.Kind.SWAP, "9TiB", 1))
                .hasMessageStartingWith("swap \"9TiB\" is above the limit of swap, ");
    }

    @Test
    void shouldTakeTheMostThatANodeCanHave() {
        assertThat(Sizes.bytes(Sizes.Kind.DEVICE, "4398046507008", 1)).isEqualTo(((1L << 30) - 1) << 12);
    }

    @Test
    void shouldWriteTheLargestUnit() {
        assertThat(Sizes.text(512)).isEqualTo("512 bytes");
        assertThat(Sizes.text(44L << 20)).isEqualTo("44 MiB");
        assertThat(Sizes.text(1536L << 20)).isEqualTo("1.5 GiB");
    }
}
