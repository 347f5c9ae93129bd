package moraine.core.impl.vma;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The mappings of a space in address order: immutable, in chunks of at most 64. A lookup costs two binary searches; a
 * change copies the chunks it touches and the list of chunks.
 */
public final class VmaMap {
    public static final VmaMap EMPTY = new VmaMap(new long[0], new Vma[0][]);
    private static final int CHUNK = 64;

    private final long[] firsts;
    private final Vma[][] chunks;

    private VmaMap(long[] firsts, Vma[][] chunks) {
        this.firsts = firsts;
        this.chunks = chunks;
    }

    /** {@return the mapping that contains the address, or null} */
    public @Nullable Vma find(long address) {
        Vma floor = floor(address);
        return floor != null && address < floor.end() ? floor : null;
    }

    private @Nullable Vma floor(long address) {
        int chunk = chunkOf(address);
        if (chunk < 0) {
            return null;
        }
        Vma[] vmas = chunks[chunk];
        int low = 0;
        int high = vmas.length - 1;
        while (low < high) {
            int middle = low + high + 1 >>> 1;
            if (vmas[middle].start() <= address) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return vmas[low];
    }

    private int chunkOf(long address) {
        int low = -1;
        int high = firsts.length - 1;
        while (low < high) {
            int middle = low + high + 1 >>> 1;
            if (firsts[middle] <= address) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** {@return the mappings that overlap a range, in address order} */
    public List<Vma> overlapping(long start, long end) {
        List<Vma> found = new ArrayList<>();
        for (int c = Math.max(0, chunkOf(start)); c < chunks.length && firsts[c] < end; c++) {
            for (Vma vma : chunks[c]) {
                if (vma.start() < end && start < vma.end()) {
                    found.add(vma);
                }
            }
        }
        return found;
    }

    public List<Vma> all() {
        List<Vma> all = new ArrayList<>();
        for (Vma[] chunk : chunks) {
            all.addAll(Arrays.asList(chunk));
        }
        return all;
    }

    /** {@return a copy in which some mappings, neighbours in address order, are replaced by others in their place} */
    public VmaMap replace(List<Vma> gone, List<Vma> come) {
        if (gone.isEmpty() && come.isEmpty()) {
            return this;
        }
        long start = Math.min(first(gone), first(come));
        long end = Math.max(last(gone), last(come));
        int from = Math.max(0, chunkOf(start));
        int to = Math.max(from, chunkOf(end - 1)) + 1;
        List<Vma> middle = new ArrayList<>();
        for (int c = from; c < Math.min(to, chunks.length); c++) {
            for (Vma vma : chunks[c]) {
                if (!gone.contains(vma)) {
                    middle.add(vma);
                }
            }
        }
        middle.addAll(come);
        middle.sort((a, b) -> Long.compare(a.start(), b.start()));
        return assemble(from, middle, Math.min(to, chunks.length));
    }

    private static long first(List<Vma> vmas) {
        return vmas.isEmpty() ? Long.MAX_VALUE : vmas.getFirst().start();
    }

    private static long last(List<Vma> vmas) {
        return vmas.isEmpty() ? 0 : vmas.getLast().end();
    }

    private VmaMap assemble(int from, List<Vma> middle, int to) {
        List<Vma[]> list = new ArrayList<>(Arrays.asList(chunks).subList(0, from));
        int pieces = (middle.size() + CHUNK - 1) / CHUNK;
        for (int p = 0; p < pieces; p++) {
            int begin = (int) ((long) middle.size() * p / pieces);
            int stop = (int) ((long) middle.size() * (p + 1) / pieces);
            list.add(middle.subList(begin, stop).toArray(Vma[]::new));
        }
        list.addAll(Arrays.asList(chunks).subList(to, chunks.length));
        Vma[][] copy = list.toArray(Vma[][]::new);
        return new VmaMap(Arrays.stream(copy).mapToLong(c -> c[0].start()).toArray(), copy);
    }

    /** {@return the lowest free range of that size at or above an address, or -1} */
    public long gap(long bytes, long alignment, long from, long limit) {
        long candidate = alignUp(from, alignment);
        for (int c = Math.max(0, chunkOf(from)); c < chunks.length; c++) {
            for (Vma vma : chunks[c]) {
                if (vma.end() <= candidate) {
                    continue;
                }
                if (candidate + bytes <= vma.start()) {
                    return candidate + bytes <= limit ? candidate : -1;
                }
                candidate = alignUp(vma.end(), alignment);
            }
        }
        return candidate + bytes <= limit ? candidate : -1;
    }

    private static long alignUp(long address, long alignment) {
        return (address + alignment - 1) & -alignment;
    }
}
