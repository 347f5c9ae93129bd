package moraine.sim.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LackeyReaderTest {
    private static Trace read(String text) throws IOException {
        return new LackeyReader("t", new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII))).read();
    }

    @Test
    void shouldDecodeEachKind() throws IOException {
        Trace trace = read("==1== banner\nI  0401ab70,3\n L 1fff000768,8\n S 10,4\n\n M 7fffffff0000,32767\n==1== end");
        assertThat(trace.references()).isEqualTo(3);
        assertThat(trace.instructions()).isEqualTo(1);
        assertThat(trace.address(0)).isEqualTo(0x1fff000768L);
        assertThat(trace.bytes(0)).isEqualTo(8);
        assertThat(trace.intent(0)).isEqualTo(Intent.READ);
        assertThat(trace.intent(1)).isEqualTo(Intent.WRITE);
        assertThat(trace.address(2)).isEqualTo(0x7fffffff0000L);
        assertThat(trace.bytes(2)).isEqualTo(32767);
        assertThat(trace.intent(2)).isEqualTo(Intent.WRITE);
    }

    @Test
    void shouldCountEveryPageThatAReferenceReaches() throws IOException {
        assertThat(read(" L 0ffc,8\n L 5000,1\n S 1000,4\n").pages()).containsExactly(0, 1, 5);
    }

    @Test
    void shouldReadTheLastLineWithoutNewline() throws IOException {
        assertThat(read(" L 10,8").references()).isEqualTo(1);
    }

    @Test
    void shouldReadMoreThanAChunk() throws IOException {
        var text = new StringBuilder();
        for (int i = 0; i < 70_000; i++) {
            text.append(" S ").append(Integer.toHexString(i * 16)).append(",2\n");
        }
        Trace trace = read(text.toString());
        assertThat(trace.references()).isEqualTo(70_000);
        assertThat(trace.address(69_999)).isEqualTo(69_999 * 16);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " X 10,8",
                " L10,8",
                " L 10",
                " L ,8",
                " L zz,8",
                " L 10,",
                " L 10,8 9",
                " L 10,99999",
                "hello",
                " L ffffffffffffffff,8",
                " L 11111111111111111,8",
                "=x"
            })
    void shouldNameFileAndLineOfWhatIsBroken(String line) {
        assertThatThrownBy(() -> read("==1== banner\n L 10,8\n" + line + "\n L 10,8\n"))
                .isInstanceOf(MoraineException.class)
                .hasMessageStartingWith("t:3: \"" + line.substring(0, Math.min(line.length(), 4)))
                .hasMessageNotContaining("\n")
                .extracting(e -> ((MoraineException) e).errno())
                .isEqualTo(Errno.EINVAL);
    }

    @Test
    void shouldSayThatThereIsNoTrace() {
        assertThatThrownBy(() -> read("==1== only\n==1== banners\n"))
                .hasMessage("t: no trace, not one data reference in 2 lines; record one with valgrind --tool=lackey"
                        + " --trace-mem=yes");
    }
}
