package moraine.core.impl.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import moraine.core.api.model.Pages;

/** A file of the system, read and written by position and never mapped. */
final class ChannelStore implements Store {
    private final FileChannel channel;

    private ChannelStore(FileChannel channel) {
        this.channel = channel;
    }

    static Store open(Path path, boolean writable) throws IOException {
        Set<StandardOpenOption> options =
                writable ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE) : Set.of(StandardOpenOption.READ);
        return new ChannelStore(FileChannel.open(path, options));
    }

    @Override
    public long bytes() throws IOException {
        return channel.size();
    }

    @Override
    public void read(long index, int pages, ByteBuffer into) throws IOException {
        into.clear().limit(pages * Pages.SIZE);
        long position = index << Pages.SHIFT;
        while (into.hasRemaining()) {
            int got = channel.read(into, position + into.position());
            if (got < 0) {
                break;
            }
        }
        while (into.hasRemaining()) {
            into.put((byte) 0);
        }
    }

    @Override
    public void write(long index, int pages, ByteBuffer from, long end) throws IOException {
        long position = index << Pages.SHIFT;
        from.clear().limit((int) Math.clamp(end - position, 0, pages * (long) Pages.SIZE));
        while (from.hasRemaining()) {
            channel.write(from, position + from.position());
        }
    }

    @Override
    public void resize(long bytes) throws IOException {
        if (bytes > channel.size()) {
            channel.write(ByteBuffer.wrap(new byte[1]), bytes - 1);
        } else {
            channel.truncate(bytes);
        }
    }

    @Override
    public void force() throws IOException {
        channel.force(/* metaData= */ true);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
