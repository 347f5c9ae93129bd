package moraine.core.impl.random;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;

/** What an address space must look like, page by page, without frames, tables or devices. */
final class PlainSpace {
    /** The words of one page; pages of shared memory are in several spaces at once. */
    static final class Cell {
        private final Map<Integer, Long> words = new HashMap<>();

        Cell copy() {
            var copy = new Cell();
            copy.words.putAll(words);
            return copy;
        }
    }

    /** Shared memory: its pages by index. */
    static final class SharedObject {
        private final Map<Long, Cell> cells = new HashMap<>();
    }

    private record Page(
            Protection protection,
            @org.jspecify.annotations.Nullable SharedObject object,
            long index,
            Cell cell) {
        Page with(Protection other) {
            return new Page(other, object, index, cell);
        }

        Page forked() {
            return object != null ? this : new Page(protection, null, index, cell.copy());
        }
    }

    private final TreeMap<Long, Page> pages = new TreeMap<>();

    PlainSpace fork() {
        var child = new PlainSpace();
        pages.forEach((at, page) -> child.pages.put(at, page.forked()));
        return child;
    }

    int size() {
        return pages.size();
    }

    /** {@return the addresses of all pages} */
    Iterable<Long> addresses() {
        return pages.keySet();
    }

    void map(long start, int count, Protection protection, boolean shared) {
        SharedObject object = shared ? new SharedObject() : null;
        for (int i = 0; i < count; i++) {
            add(start + (long) i * Pages.SIZE, protection, object, i);
        }
    }

    private void add(
            long at, Protection protection, @org.jspecify.annotations.Nullable SharedObject object, long index) {
        Cell cell = object == null ? new Cell() : object.cells.computeIfAbsent(index, _ -> new Cell());
        pages.put(at, new Page(protection, object, index, cell));
    }

    void unmap(long start, int count) {
        pages.subMap(start, start + (long) count * Pages.SIZE).clear();
    }

    /** {@return whether every page of the range is mapped} */
    boolean covered(long start, int count) {
        return pages.subMap(start, start + (long) count * Pages.SIZE).size() == count;
    }

    void protect(long start, int count, Protection protection) {
        pages.subMap(start, start + (long) count * Pages.SIZE).replaceAll((_, page) -> page.with(protection));
    }

    /** Moves a range, which may grow at its end. */
    void move(long from, int count, long to, int newCount) {
        var range = pages.subMap(from, from + (long) count * Pages.SIZE);
        var moved = new TreeMap<>(range);
        range.clear();
        for (int i = 0; i < Math.min(count, newCount); i++) {
            pages.put(to + (long) i * Pages.SIZE, moved.get(from + (long) i * Pages.SIZE));
        }
        Page last = moved.lastEntry().getValue();
        for (int i = count; i < newCount; i++) {
            add(to + (long) i * Pages.SIZE, last.protection, last.object, last.index + i - count + 1);
        }
    }

    /** {@return what the page allows; NONE where there is none} */
    Protection protection(long address) {
        Page page = pages.get(Pages.floor(address));
        return page == null ? Protection.NONE : page.protection;
    }

    /** {@return whether the page is of shared memory} */
    boolean shared(long address) {
        Page page = pages.get(Pages.floor(address));
        return page != null && page.object != null;
    }

    /** Makes private pages zero. */
    void clear(long start, int count) {
        for (int i = 0; i < count; i++) {
            cell(start + (long) i * Pages.SIZE).words.clear();
        }
    }

    /** {@return the word; the page is mapped} */
    long word(long address) {
        return cell(address).words.getOrDefault((int) (address & Pages.OFFSET_MASK), 0L);
    }

    void word(long address, long value) {
        cell(address).words.put((int) (address & Pages.OFFSET_MASK), value);
    }

    private Cell cell(long address) {
        Page page = pages.get(Pages.floor(address));
        if (page == null) {
            throw new IllegalArgumentException("the model has no page at 0x" + Long.toHexString(address));
        }
        return page.cell;
    }

    /** {@return the address of some page, 0 when there is none} */
    long anyPage(RandomGenerator random) {
        if (pages.isEmpty()) {
            return 0;
        }
        long span = pages.lastKey() - pages.firstKey() + 1;
        Long at = pages.floorKey(pages.firstKey() + random.nextLong(span));
        return at == null ? pages.firstKey() : at;
    }

    /** {@return how many pages in a row are mapped from an address on, at most so many} */
    int run(long start, int most) {
        int count = 0;
        while (count < most && pages.containsKey(start + (long) count * Pages.SIZE)) {
            count++;
        }
        return count;
    }
}
