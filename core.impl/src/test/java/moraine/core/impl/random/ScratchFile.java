package moraine.core.impl.random;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.Machine;

/** A file of zeroes that has a name only until it is open. */
final class ScratchFile {
    private ScratchFile() {}

    /** {@return the name of a file that is not there yet} */
    static Path path(String name) {
        try {
            Path path = Files.createTempFile("moraine", "." + name);
            Files.delete(path);
            return path;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static CachedFile open(Machine machine, long bytes) {
        try {
            Path path = Files.createTempFile("moraine", ".random");
            try (var file = new RandomAccessFile(path.toFile(), "rw")) {
                file.setLength(bytes);
            }
            CachedFile opened = machine.openFile(path, true);
            Files.delete(path);
            return opened;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
