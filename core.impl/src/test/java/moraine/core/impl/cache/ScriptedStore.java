package moraine.core.impl.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A store that refuses, or does something else first, when told so. */
final class ScriptedStore implements Store {
    /** Something that may refuse. */
    @FunctionalInterface
    interface Before {
        void run() throws IOException;
    }

    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger writes = new AtomicInteger();
    volatile @Nullable Before beforeRead;
    volatile @Nullable Before afterRead;
    volatile @Nullable Before beforeWrite;
    volatile @Nullable Before beforeResize;
    volatile @Nullable Before beforeForce;
    volatile boolean closed;
    private volatile @Nullable Store inner;

    /** {@return what opens this store over another} */
    Opener over(Opener opener) {
        return (path, writable) -> {
            inner = opener.open(path, writable);
            return this;
        };
    }

    private static void run(@Nullable Before before) throws IOException {
        if (before != null) {
            before.run();
        }
    }

    private Store inner() {
        Store mine = inner;
        if (mine == null) {
            throw new IllegalStateException("not opened");
        }
        return mine;
    }

    @Override
    public long bytes() throws IOException {
        return inner().bytes();
    }

    @Override
    public void read(long index, int pages, ByteBuffer into) throws IOException {
        reads.incrementAndGet();
        run(beforeRead);
        inner().read(index, pages, into);
        run(afterRead);
    }

    @Override
    public void write(long index, int pages, ByteBuffer from, long end) throws IOException {
        writes.incrementAndGet();
        run(beforeWrite);
        inner().write(index, pages, from, end);
    }

    @Override
    public void resize(long bytes) throws IOException {
        run(beforeResize);
        inner().resize(bytes);
    }

    @Override
    public void force() throws IOException {
        run(beforeForce);
        inner().force();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        inner().close();
    }
}
