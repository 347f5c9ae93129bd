package moraine.driver.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;

/** A space with bytes behind it whose translations come and go; each space lies at an address of its own. */
final class FakeSpace {
    static final int MISSING = 0;
    static final int READABLE = 1;
    static final int WRITABLE = 2;

    final int id;
    final long base;
    final int pages;
    final MemorySegment bytes;

    /** Nodes of the pages, for touch. */
    final int[] nodes;

    /** The most that the host will ever allow. */
    final AtomicIntegerArray allowed;

    final AtomicIntegerArray translations;
    final LongAdder openAccesses = new LongAdder();
    /** Accesses that found no translation. */
    final LongAdder faults = new LongAdder();

    volatile boolean closed;

    FakeSpace(int id, int pages) {
        this.id = id;
        this.pages = pages;
        base = (long) id << 40;
        bytes = Arena.ofAuto().allocate((long) pages * Pages.SIZE, Pages.SIZE);
        nodes = new int[pages];
        allowed = new AtomicIntegerArray(pages);
        translations = new AtomicIntegerArray(pages);
        for (int page = 0; page < pages; page++) {
            allowed.set(page, WRITABLE);
        }
    }

    /** {@return the address of a page} */
    long page(int page) {
        return base + (long) page * Pages.SIZE;
    }

    int pageOf(long address) {
        return (int) ((address - base) >>> Pages.SHIFT);
    }

    void mapAll() {
        for (int page = 0; page < pages; page++) {
            translations.set(page, allowed.get(page));
        }
    }

    /** Maps the page for an intent. @return whether that is allowed */
    boolean serve(long address, Intent intent) {
        int page = pageOf(address);
        if (page < 0 || page >= pages || allowed.get(page) < needed(intent)) {
            return false;
        }
        translations.accumulateAndGet(page, needed(intent), Math::max);
        return true;
    }

    boolean translates(long address, Intent intent) {
        int page = pageOf(address);
        return page >= 0 && page < pages && translations.get(page) >= needed(intent);
    }

    private static int needed(Intent intent) {
        return intent.writes() ? WRITABLE : READABLE;
    }
}
