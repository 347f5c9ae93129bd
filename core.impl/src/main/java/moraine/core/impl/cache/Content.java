package moraine.core.impl.cache;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Pages;
import moraine.core.impl.Rooms;
import moraine.core.impl.access.HostBytes;
import moraine.core.impl.frames.Frames;

/** Moves what frames hold, bytes or stamps, between frames, buffers on their way to or from a file, and callers. */
public final class Content {
    private final Frames frames;
    private final boolean backed;
    private final int unit;

    public Content(Rooms rooms) {
        this.frames = rooms.frames;
        this.backed = rooms.spec.backing() == Backing.BYTES;
        this.unit = backed ? Pages.SIZE : Long.BYTES;
    }

    /** {@return a buffer for so many pages} */
    public ByteBuffer staging(int pages) {
        return ByteBuffer.allocate(pages * unit);
    }

    /** {@return bytes that stand for a page in buffers} */
    public int unit() {
        return unit;
    }

    /** {@return a part of a buffer as one of its own, with the same content} */
    public ByteBuffer part(ByteBuffer staging, int slot, int pages) {
        return staging.slice(slot * unit, pages * unit);
    }

    /** Copies a frame into a place of a buffer. */
    public void take(long pfn, ByteBuffer into, int slot) {
        if (backed) {
            HostBytes.read(frames.address(pfn), MemorySegment.ofBuffer(into.clear()), (long) slot * unit, unit);
        } else {
            into.putLong(slot * unit, frames.stamp(pfn));
        }
    }

    /** Copies a place of a buffer into a frame. */
    public void put(ByteBuffer from, int slot, long pfn) {
        if (backed) {
            HostBytes.write(MemorySegment.ofBuffer(from.clear()), (long) slot * unit, frames.address(pfn), unit);
        } else {
            frames.stamp(pfn, from.getLong(slot * unit));
        }
    }

    /** Copies part of a frame to a caller; zeroes where there are no bytes. */
    void read(long pfn, int offset, MemorySegment target, long targetOffset, long bytes) {
        if (backed) {
            HostBytes.read(frames.address(pfn) + offset, target, targetOffset, bytes);
        } else {
            target.asSlice(targetOffset, bytes).fill((byte) 0);
        }
    }

    /** Copies from a caller into part of a frame; where there are no bytes the stamp changes. */
    public void write(MemorySegment source, long sourceOffset, long pfn, int offset, long bytes) {
        if (backed) {
            HostBytes.write(source, sourceOffset, frames.address(pfn) + offset, bytes);
        } else {
            frames.stamp(pfn, (frames.stamp(pfn) ^ sourceOffset + offset) * 0x9E3779B97F4A7C15L + 1);
        }
    }

    /** Makes a frame zero from an offset on. */
    void clear(long pfn, int offset) {
        if (backed) {
            byte[] zeroes = new byte[Pages.SIZE - offset];
            HostBytes.write(MemorySegment.ofArray(zeroes), 0, frames.address(pfn) + offset, zeroes.length);
        }
    }
}
