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
    /** Pages from this one on were cut off, and are zeros unless they were written since. */
    private int cut = Integer.MAX_VALUE;

    Backing(CachedFile file, Path path) {
        this.file = file;
        this.path = path;
    }

    /** Cuts pages off and lets the file grow again. */
    void cut(int first, int pages) {
        file.truncate(Worker.bytes(first));
        file.truncate(Worker.bytes(pages));
        cut = Math.min(cut, first);
    }

    /** {@return the version of a page that nobody has written: what the file was made with, or zeros} */
    int unwritten(int page) {
        return page < cut ? 1 : 0;
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
