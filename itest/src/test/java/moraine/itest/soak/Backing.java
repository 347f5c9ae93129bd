package moraine.itest.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import moraine.core.api.host.CachedFile;

/** The file behind a region and the handle on it. */
final class Backing {
    final CachedFile file;
    final Path path;
    /** Whether nobody writes it any more. */
    volatile boolean closed;

    Backing(CachedFile file, Path path) {
        this.file = file;
        this.path = path;
    }

    /** Gives up the handle and deletes the file; its content is read first by who wants to. */
    void close() {
        closed = true;
        file.close();
        try {
            java.nio.file.Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + path, e);
        }
    }
}
