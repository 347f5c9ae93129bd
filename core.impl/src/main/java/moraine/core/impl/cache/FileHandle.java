package moraine.core.impl.cache;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import moraine.core.api.host.CachedFile;
import moraine.core.api.model.Errno;
import moraine.core.api.model.FileAdvice;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;

/** An application's handle on a file of the cache. */
final class FileHandle extends CacheHandle implements CachedFile {
    /** 16 TiB, which 2 to the 32 pages are. */
    private static final long LARGEST = 1L << 44;

    private final FileObject file;
    private volatile Readahead stream;

    FileHandle(PageCache cache, FileObject file, boolean writable) {
        super(cache, file, writable);
        this.file = file;
        this.stream = Readahead.of(Readahead.Mode.NORMAL, cache.usualReadahead());
    }

    @Override
    public Path path() {
        return file.path();
    }

    @Override
    String name() {
        return file.path().toString();
    }

    /** Does something while the file is held, so that a handle that is closed meanwhile does not end it. */
    private long held(LongSupplier action) {
        cache().hold(this);
        try {
            return action.getAsLong();
        } finally {
            cache().release(file);
        }
    }

    @Override
    public long bytes() {
        return held(file::bytes);
    }

    @Override
    public long read(long position, MemorySegment target) {
        checkPosition("read", position, target.byteSize());
        return held(() -> cache().transfer().read(file, stream, position, target));
    }

    @Override
    public void write(long position, MemorySegment source) {
        checkWritable("write");
        checkPosition("write", position, source.byteSize());
        held(() -> {
            cache().transfer().write(file, stream, position, source);
            return 0;
        });
    }

    @Override
    public void sync() {
        held(() -> {
            cache().flush(file);
            return 0;
        });
    }

    @Override
    public void advise(long position, long bytes, FileAdvice advice) {
        checkPosition("advise on", position, bytes);
        held(() -> {
            switch (advice) {
                case NORMAL -> stream = Readahead.of(Readahead.Mode.NORMAL, cache().usualReadahead());
                case SEQUENTIAL -> stream = Readahead.of(Readahead.Mode.SEQUENTIAL, cache().usualReadahead());
                case RANDOM -> stream = Readahead.of(Readahead.Mode.RANDOM, cache().usualReadahead());
                case WILLNEED -> {
                    long end = Pages.count(bytes == 0 ? file.bytes() : position + bytes);
                    cache().readAhead(file, position >>> Pages.SHIFT, end, /* vma= */ null, cache().node());
                }
            }
            return 0;
        });
    }

    @Override
    public long invalidate(long position, long bytes) {
        checkPosition("invalidate", position, bytes);
        return held(() -> {
            long end = bytes == 0 ? file.pages() : position + bytes >>> Pages.SHIFT;
            return cache().invalidate(file, Pages.count(position), end);
        });
    }

    @Override
    public void truncate(long bytes) {
        checkWritable("truncate");
        checkPosition("truncate", bytes, 0);
        held(() -> {
            cache().transfer().truncate(file, bytes);
            return 0;
        });
    }

    private void checkWritable(String doing) {
        if (!writable()) {
            throw MoraineException.caller(
                    Errno.EBADF,
                    "cannot " + doing + " " + file.path() + " through a handle that only reads; open it writable");
        }
    }

    private void checkPosition(String doing, long position, long bytes) {
        if (position < 0 || bytes < 0 || position > LARGEST - bytes) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "cannot " + doing + " " + file.path() + " at " + position + ", " + bytes
                            + " bytes; positions lie between 0 and " + LARGEST);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed() && !cache().closed()) {
            if (writable()) {
                sync();
            }
            super.close();
        }
    }
}
