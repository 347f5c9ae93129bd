package moraine.sim.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SizesTest {
    @ParameterizedTest
    @CsvSource({"50%,500", "12.5 %,125", "64MiB,67108864", "1.5 KiB,1536", "2gb,2000000000", "4096,4096", "7b,7"})
    void shouldReadSharesAndSizes(String text, long bytes) {
        assertThat(Sizes.bytes(text, 1000)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "half", "0%", "-1MiB", "5 furlongs", "1.2.3%", "%"})
    void shouldRefuseWithARemedy(String text) {
        assertThatThrownBy(() -> Sizes.bytes(text, 1000))
                .hasMessage("device memory \"" + text + "\" is no size; write 50% of the footprint, or 64MiB");
    }

    @Test
    void shouldWriteTheLargestUnit() {
        assertThat(Sizes.text(512)).isEqualTo("512 bytes");
        assertThat(Sizes.text(44L << 20)).isEqualTo("44 MiB");
        assertThat(Sizes.text(1536L << 20)).isEqualTo("1.5 GiB");
    }
}
