package moraine.testkit.hmm;

import moraine.core.api.model.Pages;

/**
 * A range of whole pages of a process.
 *
 * @param address of the first page
 * @param pages how many
 */
record Buffer(long address, long pages) {
    long bytes() {
        return pages * Pages.SIZE;
    }

    long end() {
        return address + bytes();
    }

    /** {@return a part of it} */
    Buffer part(long first, long count) {
        return new Buffer(page(first), count);
    }

    /** {@return one page of it} */
    Buffer one(long page) {
        return part(page, 1);
    }

    Buffer firstHalf() {
        return part(0, pages / 2);
    }

    Buffer secondHalf() {
        return part(pages / 2, pages - pages / 2);
    }

    /** {@return the address of a page} */
    long page(long index) {
        return address + index * Pages.SIZE;
    }
}
