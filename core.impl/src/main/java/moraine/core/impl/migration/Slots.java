package moraine.core.impl.migration;

import moraine.core.api.model.Pages;
import moraine.core.impl.space.SpaceImpl;
import org.jspecify.annotations.Nullable;

/**
 * The slots of a batch, one a page or folio, and what became of them. Arrays beside one another: filling a slot makes
 * no object.
 *
 * <pre>
 *            collect          unmap             move              finalise
 * folio:  COLLECTED -+--> UNMAPPED -+--> COMMITTED ---> entries map the target, the source is free
 *            |       |              |
 *            |       +--> REJECTED <+-----------------> entries map the source as before
 *            +--> GIVEN_UP (a folio: split, its pages come in another pass)
 * hole:   HOLE ------------------------> HOLE --------> an entry maps the target
 *            +--> GIVEN_UP <-------------+
 * </pre>
 *
 * From COLLECTED until COMMITTED or REJECTED ends, the batch has a reference and the lock of the source; from
 * allocation until the end, those of the target. A given-up slot holds nothing but, after a lost race for a hole, its
 * target.
 */
final class Slots {
    static final int MAX = Pages.PER_LARGE;
    /** Pages of a batch, so that one of folios does not hold everything for long. */
    private static final int MOST_PAGES = 16 * Pages.PER_LARGE;
    /** Nobody noticed that the slot was there. */
    static final byte GIVEN_UP = 0;
    /** Nothing is mapped: the page is to be made at the target. */
    static final byte HOLE = 1;
    /** The source is held. */
    static final byte COLLECTED = 2;
    /** Nobody maps the source or refers to it: its content is stable. */
    static final byte UNMAPPED = 3;
    /** The target is the page; the source is frozen. */
    static final byte COMMITTED = 4;
    /** The source stays the page. */
    static final byte REJECTED = 5;

    /** Virtual address of the page, -1 where it was found by frame number. */
    final long[] addresses = new long[MAX];
    /** Head of the folio to move, -1 for a hole. */
    final long[] sources = new long[MAX];
    /** Head of the folio to move to, -1 until there is one. */
    final long[] targets = new long[MAX];

    final int[] pages = new int[MAX];
    final byte[] states = new byte[MAX];
    int size;
    private int allPages;

    /** The space whose lock is held, null for a batch by frame number. */
    @Nullable
    SpaceImpl space;

    /** Pages that were where they should be before. */
    int already;
    /** Pages moved or made. */
    int moved;
    /** Whether a destination was missing. */
    boolean full;
    /** Whether somebody else held a page. */
    boolean busy;
    /** Whether the content of a page could not be copied. */
    boolean declined;

    /** Empties the slots for the next batch. */
    void clear(@Nullable SpaceImpl of) {
        space = of;
        refill();
        already = 0;
        moved = 0;
        full = false;
        busy = false;
        declined = false;
    }

    /** Empties the slots for another pass of the same batch. */
    void refill() {
        size = 0;
        allPages = 0;
    }

    /** Adds a page, or as many pages as a folio has, of which none is there. */
    void addHole(long address, int count) {
        add(address, -1, HOLE, count);
    }

    /** Adds a folio of which the batch has a reference and the lock. */
    void addFolio(long address, long head, int count) {
        add(address, head, COLLECTED, count);
    }

    private void add(long address, long source, byte state, int count) {
        addresses[size] = address;
        sources[size] = source;
        targets[size] = -1;
        states[size] = state;
        pages[size] = count;
        allPages += count;
        size++;
    }

    boolean room() {
        return size < MAX && allPages < MOST_PAGES;
    }

    /** Leaves the folio where it is, because somebody else refers to it. */
    void reject(int slot) {
        states[slot] = REJECTED;
        busy = true;
    }

    /** Leaves the folio where it is, because its content cannot be copied. */
    void decline(int slot) {
        states[slot] = REJECTED;
        declined = true;
    }
}
