package moraine.sim.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;

/**
 * The data references of a program in the order it made them, decoded: 8 bytes each.
 *
 * <pre>
 * 63 ............. 16 | 15 .......... 1 | 0
 * address             | bytes           | write
 * </pre>
 *
 * A modification (load and store by one instruction) is a write.
 */
public final class Trace {
    static final int MAX_BYTES = (1 << 15) - 1;

    private static final int CHUNK_SHIFT = 16;
    private static final int CHUNK = 1 << CHUNK_SHIFT;
    private static final int ADDRESS_SHIFT = 16;

    private final String name;
    private final long[][] chunks;
    private final long references;
    private final long instructions;
    private final long[] pages;

    private Trace(String name, Builder builder) {
        this.name = name;
        this.chunks = builder.chunks.toArray(long[][]::new);
        this.references = builder.references;
        this.instructions = builder.instructions;
        this.pages = findPages();
    }

    public String name() {
        return name;
    }

    public long references() {
        return references;
    }

    /** {@return how many instruction fetches stood between them; they are not replayed} */
    public long instructions() {
        return instructions;
    }

    public long address(long reference) {
        return word(reference) >>> ADDRESS_SHIFT;
    }

    public int bytes(long reference) {
        return (int) (word(reference) >>> 1) & MAX_BYTES;
    }

    public Intent intent(long reference) {
        return (word(reference) & 1) == 0 ? Intent.READ : Intent.WRITE;
    }

    private long word(long reference) {
        return chunks[(int) (reference >>> CHUNK_SHIFT)][(int) reference & CHUNK - 1];
    }

    /** {@return numbers of the pages that are referenced, ascending} */
    public long[] pages() {
        return pages.clone();
    }

    public int pageCount() {
        return pages.length;
    }

    private long[] findPages() {
        var seen = new LongSet();
        long last = -1;
        for (long i = 0; i < references; i++) {
            long first = address(i) >>> Pages.SHIFT;
            long end = (address(i) + bytes(i) - 1) >>> Pages.SHIFT;
            if (first != last || end != last) {
                for (long page = first; page <= end; page++) {
                    seen.add(page);
                }
                last = end;
            }
        }
        return seen.sorted();
    }

    /** Collects references. */
    static final class Builder {
        private final List<long[]> chunks = new ArrayList<>();
        private long[] chunk = {};
        private int used = CHUNK;
        private long references;
        private long instructions;

        void reference(long address, int bytes, boolean write) {
            if (used == CHUNK) {
                chunk = new long[CHUNK];
                chunks.add(chunk);
                used = 0;
            }
            chunk[used++] = address << ADDRESS_SHIFT | (long) bytes << 1 | (write ? 1 : 0);
            references++;
        }

        void instruction() {
            instructions++;
        }

        long references() {
            return references;
        }

        Trace build(String name) {
            return new Trace(name, this);
        }
    }

    /** A growing set of positive numbers. */
    private static final class LongSet {
        private long[] table = new long[1 << 10];
        private int size;

        void add(long value) {
            if (insert(table, value + 1)) {
                size++;
            }
            if (size * 2 > table.length) {
                long[] larger = new long[table.length * 2];
                for (long stored : table) {
                    if (stored != 0) {
                        insert(larger, stored);
                    }
                }
                table = larger;
            }
        }

        private static boolean insert(long[] table, long stored) {
            int mask = table.length - 1;
            int slot = (int) ((stored * 0x9E37_79B9_7F4A_7C15L) >>> 32) & mask;
            while (table[slot] != 0 && table[slot] != stored) {
                slot = slot + 1 & mask;
            }
            boolean fresh = table[slot] == 0;
            table[slot] = stored;
            return fresh;
        }

        long[] sorted() {
            return Arrays.stream(table)
                    .filter(stored -> stored != 0)
                    .map(stored -> stored - 1)
                    .sorted()
                    .toArray();
        }
    }
}
