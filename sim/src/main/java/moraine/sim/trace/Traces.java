package moraine.sim.trace;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
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
    private static final byte[] XZ = {(byte) 0xFD, '7', 'z', 'X', 'Z', 0};
    private static final byte[] GZ = {0x1F, (byte) 0x8B};

    private Traces() {}

    /**
     * {@return the trace of that name, or the one in that file}
     *
     * @throws MoraineException ENOENT when there is none, EIO when it is cut short, EINVAL when it is no trace
     */
    public static Trace load(String nameOrFile) {
        check(nameOrFile);
        if (nameOrFile.equals(SQLITE)) {
            String resource = SQLITE + LACKEY_XZ;
            return read(SQLITE, () -> Objects.requireNonNull(Traces.class.getResourceAsStream(resource), resource));
        }
        return read(nameOrFile, () -> Files.newInputStream(Path.of(nameOrFile)));
    }

    /**
     * Refuses a name under which there is nothing to be read; what is in the file is not looked at.
     *
     * @throws MoraineException ENOENT when there is no such file, EINVAL for a folder, EIO for want of permission
     */
    public static void check(String nameOrFile) {
        if (nameOrFile.equals(SQLITE)) {
            return;
        }
        Path file = path(nameOrFile);
        if (nameOrFile.isEmpty() || !Files.exists(file)) {
            throw missing(nameOrFile);
        }
        if (Files.isDirectory(file)) {
            throw MoraineException.caller(Errno.EINVAL, nameOrFile + ": is a folder; name the file of a trace in it");
        }
        if (!Files.isReadable(file)) {
            throw MoraineException.caller(Errno.EIO, nameOrFile + ": may not be read; change its permissions");
        }
    }

    private static Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException _) {
            throw missing(name);
        }
    }

    private static MoraineException missing(String name) {
        String shown = name.isEmpty() ? "trace \"\"" : name;
        return MoraineException.caller(Errno.ENOENT, shown + ": no such trace; name a file, or " + SQLITE);
    }

    private static Trace read(String name, Opening opening) {
        try (InputStream raw = opening.open();
                InputStream in = decompressed(new BufferedInputStream(raw, 1 << 16))) {
            return new LackeyReader(name, in).read();
        } catch (EOFException e) {
            throw failure(name + ": ends early, within its compressed data; copy or record it again", e);
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw failure(name + ": cannot be read (" + why + "); is it whole, is it text, xz or gz?", e);
        }
    }

    /** Tells the kind by the first bytes, whatever the file is called. */
    private static InputStream decompressed(InputStream in) throws IOException {
        in.mark(XZ.length);
        byte[] first = in.readNBytes(XZ.length);
        in.reset();
        if (Arrays.equals(first, XZ)) {
            return new XZInputStream(in);
        }
        return Arrays.equals(Arrays.copyOf(first, GZ.length), GZ) ? new GZIPInputStream(in, 1 << 16) : in;
    }

    private static MoraineException failure(String message, IOException cause) {
        return new MoraineException(Errno.EIO, Blame.CALLER, message, cause);
    }

    /** Opens a file. */
    @FunctionalInterface
    private interface Opening {
        InputStream open() throws IOException;
    }
}
