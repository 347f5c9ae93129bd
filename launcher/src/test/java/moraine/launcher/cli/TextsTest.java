package moraine.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class TextsTest {
    @Test
    void shouldWriteFiguresWithUnits() {
        assertThat(Texts.count(1_234_567)).isEqualTo("1,234,567");
        assertThat(Texts.pages(1)).isEqualTo("1 page");
        assertThat(Texts.pages(2000)).isEqualTo("2,000 pages");
        assertThat(Texts.bytes(96.0 * (1L << 30))).isEqualTo("96 GiB");
        assertThat(Texts.bytes(1536)).isEqualTo("1.5 KiB");
        assertThat(Texts.duration(850)).isEqualTo("850 ns");
        assertThat(Texts.duration(1_234_000)).isEqualTo("1.2 ms");
        assertThat(Texts.duration(3_000_000_000L)).isEqualTo("3 s");
    }

    @Test
    void shouldReadAddressesWithAndWithoutPrefix() {
        assertThat(Texts.parseAddress("0x7f0000001000")).isEqualTo(0x7f0000001000L);
        assertThat(Texts.parseAddress("7f0000001000")).isEqualTo(0x7f0000001000L);
        assertThatThrownBy(() -> Texts.parseAddress("here"))
                .hasMessage("address here is not a hexadecimal number; verb spaces lists the mapped ranges");
    }
}
