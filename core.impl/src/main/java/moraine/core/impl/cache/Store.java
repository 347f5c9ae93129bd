package moraine.core.impl.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Where a file's pages come from and go to: positional, by whole pages in the form that {@link Content} gives them.
 * Used on the host's threads for files, in virtual time by whoever needs it. For each file there is one call at a time
 * that reads, and one beside it that changes something; what is read of pages that change meanwhile is not believed.
 */
public interface Store {
    /** Opens stores. */
    @FunctionalInterface
    interface Opener {
        /** Opens a file; {@code path} is a real one. */
        Store open(Path path, boolean writable) throws IOException;
    }

    /** {@return the file's length} */
    long bytes() throws IOException;

    /** Fills pages from the buffer's beginning; what lies beyond the file's end is zero. */
    void read(long index, int pages, ByteBuffer into) throws IOException;

    /** Writes pages from the buffer's beginning, but no byte at or beyond a position. */
    void write(long index, int pages, ByteBuffer from, long end) throws IOException;

    /** Sets the file's length; what is added reads as zero. */
    void resize(long bytes) throws IOException;

    /** Waits until the device has what was written. */
    void force() throws IOException;

    void close() throws IOException;
}
