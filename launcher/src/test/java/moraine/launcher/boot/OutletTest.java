package moraine.launcher.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OutletTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** Takes nothing. */
    private static final class Full extends OutputStream {
        private final String reason;

        Full(String reason) {
            this.reason = reason;
        }

        @Override
        public void write(int one) throws IOException {
            throw new IOException(reason);
        }
    }

    private int print(OutputStream to, int status) {
        var outlet = new Outlet(to);
        var out = new PrintStream(outlet, true, StandardCharsets.UTF_8);
        out.println("a result");
        out.println("and another");
        return outlet.status(status, new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @Test
    void shouldPassOnWhatCanBeWritten() {
        var to = new ByteArrayOutputStream();

        assertThat(print(to, 1)).isEqualTo(1);
        assertThat(to.toString(StandardCharsets.UTF_8)).isEqualTo("a result\nand another\n");
        assertThat(err.size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldEndWithStatus3AndOneLineWhenOutputIsLost(int status) {
        assertThat(print(new Full("No space left on device"), status)).isEqualTo(3);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        "moraine: standard output cannot be written (No space left on device), so the result is lost;"
                                + " give it room, or another place" + System.lineSeparator());
    }

    @Test
    void shouldBeSilentWhenTheReaderOfAPipeHasEnough() {
        assertThat(print(new Full("Broken pipe"), 0)).isEqualTo(3);
        assertThat(err.size()).isZero();
    }
}
