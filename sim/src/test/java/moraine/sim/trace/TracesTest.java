package moraine.sim.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

final class TracesTest {
    private static final byte[] TEXT = " L 10,8\n S 2000,4\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    @TempDir
    Path folder;

    @Test
    void shouldReadTheTraceOfTheProject() {
        Trace trace = Traces.load(Traces.SQLITE);
        assertThat(trace.references()).isEqualTo(1_927_273);
        assertThat(trace.instructions()).isEqualTo(4_562_124);
        assertThat(trace.pageCount()).isEqualTo(314);
    }

    @Test
    void shouldReadPlainAndCompressedFilesAlike() throws IOException {
        Path plain = Files.write(folder.resolve("t.lackey"), TEXT);
        Path xz = folder.resolve("t.xz");
        try (OutputStream out = new XZOutputStream(Files.newOutputStream(xz), new LZMA2Options())) {
            out.write(TEXT);
        }
        Path gz = folder.resolve("t.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(gz))) {
            out.write(TEXT);
        }
        Path nameless = Files.copy(xz, folder.resolve("nameless"));
        Path misnamed = Files.copy(gz, folder.resolve("misnamed.xz"));
        Path plainXz = Files.copy(plain, folder.resolve("plain.xz"));
        for (Path file : new Path[] {plain, xz, gz, nameless, misnamed, plainXz}) {
            assertThat(Traces.load(file.toString()).pages()).containsExactly(0, 2);
        }
    }

    @Test
    void shouldNameAMissingFile() {
        assertThatThrownBy(() -> Traces.load("no/such.lackey"))
                .hasMessage("no/such.lackey: no such trace; name a file, or sqlite-join")
                .extracting(e -> ((MoraineException) e).errno())
                .isEqualTo(Errno.ENOENT);
    }

    @Test
    void shouldNameAFileThatIsCutShort() throws IOException {
        Path xz = folder.resolve("cut.xz");
        try (OutputStream out = new XZOutputStream(Files.newOutputStream(xz), new LZMA2Options())) {
            out.write(TEXT);
        }
        byte[] whole = Files.readAllBytes(xz);
        Files.write(xz, java.util.Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> Traces.load(xz.toString()))
                .hasMessage(xz + ": ends early, within its compressed data; copy or record it again");
    }

    @Test
    void shouldNotTakeAFolderForATrace() {
        assertThatThrownBy(() -> Traces.check(folder.toString()))
                .hasMessage(folder + ": is a folder; name the file of a trace in it")
                .extracting(e -> ((MoraineException) e).errno())
                .isEqualTo(Errno.EINVAL);
    }

    @Test
    void shouldNotTakeNothingForATrace() {
        assertThatThrownBy(() -> Traces.load("")).hasMessage("trace \"\": no such trace; name a file, or sqlite-join");
    }
}
