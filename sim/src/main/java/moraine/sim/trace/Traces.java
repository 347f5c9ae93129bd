package moraine.sim.trace;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import org.tukaani.xz.XZInputStream;

/** Where traces come from: files, plain or compressed with xz or gz, and the one that is part of the project. */
public final class Traces {
    /** Name of the trace that is part of the project: sqlite3, 100 rows, an index, a group by and a join. */
    public static final String SQLITE = "sqlite-join";

    private static final String LACKEY_XZ = ".lackey.xz";

    private Traces() {}

    /**
     * {@return the trace of that name, or the one in that file}
     *
     * @throws MoraineException ENOENT when there is none, EIO when it is cut short, EINVAL when it is no trace
     */
    public static Trace load(String nameOrFile) {
        if (nameOrFile.equals(SQLITE)) {
            String resource = SQLITE + LACKEY_XZ;
            return read(
                    SQLITE,
                    resource,
                    () -> Objects.requireNonNull(Traces.class.getResourceAsStream(resource), resource));
        }
        return read(nameOrFile, nameOrFile, () -> Files.newInputStream(Path.of(nameOrFile)));
    }

    private static Trace read(String name, String file, Opening opening) {
        try (InputStream raw = opening.open();
                InputStream in = decompressed(file, new BufferedInputStream(raw, 1 << 16))) {
            return new LackeyReader(name, in).read();
        } catch (NoSuchFileException e) {
            throw failure(Errno.ENOENT, name + ": no such trace; name a file, or " + SQLITE, e);
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw failure(Errno.EIO, name + ": cannot be read (" + why + "); is it whole, is it text, xz or gz?", e);
        }
    }

    private static InputStream decompressed(String file, InputStream in) throws IOException {
        if (file.endsWith(".xz")) {
            return new XZInputStream(in);
        }
        return file.endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in;
    }

    private static MoraineException failure(Errno errno, String message, IOException cause) {
        return new MoraineException(errno, Blame.CALLER, message, cause);
    }

    /** Opens a file. */
    @FunctionalInterface
    private interface Opening {
        InputStream open() throws IOException;
    }
}
