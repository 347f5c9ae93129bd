package moraine.core.impl.swap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import moraine.core.impl.cache.Store;
import org.jspecify.annotations.Nullable;

/** A store that fails or hangs when told so. */
public final class FailingStore implements Store {
    public volatile boolean readsFail;
    public volatile boolean writesFail;
    /** What a write waits for, if anything. */
    public volatile @Nullable CountDownLatch gate;

    /** Whether a write waits, or has waited. */
    public volatile boolean held;

    private volatile @Nullable Store inner;

    public Opener over(Opener opener) {
        return (path, writable) -> {
            inner = opener.open(path, writable);
            return this;
        };
    }

    private Store inner() {
        return Objects.requireNonNull(inner, "not opened");
    }

    private static void failIf(boolean fails) throws IOException {
        if (fails) {
            throw new IOException("Input/output error");
        }
    }

    @Override
    public long bytes() throws IOException {
        return inner().bytes();
    }

    @Override
    public void read(long index, int pages, ByteBuffer into) throws IOException {
        failIf(readsFail);
        inner().read(index, pages, into);
    }

    @Override
    public void write(long index, int pages, ByteBuffer from, long end) throws IOException {
        failIf(writesFail);
        CountDownLatch waits = gate;
        if (waits != null) {
            held = true;
            try {
                waits.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
        inner().write(index, pages, from, end);
    }

    @Override
    public void resize(long bytes) throws IOException {
        inner().resize(bytes);
    }

    @Override
    public void force() throws IOException {
        inner().force();
    }

    @Override
    public void close() throws IOException {
        inner().close();
    }
}
