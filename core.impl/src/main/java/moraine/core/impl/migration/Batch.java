package moraine.core.impl.migration;

import moraine.core.api.model.Errno;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/*
 * Maintainer's notes
 * ==================
 * The slot machine of Linux mm/migrate_device.c. A batch has up to 512 slots (Slots); each goes through
 *
 *   CollectStep    HOLE, or COLLECTED: a reference and the lock are taken
 *   AllocateStep   a destination, or the slot is given up before anybody notices; a folio's is left to Pieces, which
 *                  splits it and puts its pages through all steps once more
 *   UnmapStep      UNMAPPED: every entry is MIGRATING, contexts and devices are shot down, nobody else refers to it
 *   CopyStep       the bytes are there, or REJECTED; HoleStep makes those of holes
 *   MoveStep       COMMITTED: source frozen, owner, history, charge and object moved; HoleStep installs holes
 *   FinaliseStep   entries of committed slots map the destination, those of rejected ones the source; holds go
 *
 * Invariants. While a slot is UNMAPPED no entry maps its source, so the content is stable. Only a frozen source is
 * replaced: a reference that somebody took meanwhile rejects the slot. Rejecting restores entries with all their bits.
 * One slot never affects another.
 *
 * Locks. A folio's lock is only tried, never awaited; the caller of bringBack comes again, and an order that insists
 * tries a few passes more, with no folio held between them. With folio locks
 * held, object, notifier, device and region locks are taken in that order, and nothing of theirs waits for a folio. An
 * object's lock is kept over a run of slots in UnmapStep and FinaliseStep (ObjectRun) and in no other step.
 * Translations are announced from before the first entry changes until the last is restored.
 */

/** Moves pages. One an agent; not for two threads at a time. */
public final class Batch {
    /** Turns of a wait between two passes: first spins, then yields, then parks. */
    private static final int PAUSES = 16;

    private final Rooms rooms;
    private final Announcements announcements = new Announcements();
    private final Order order = new Order();
    private final Slots slots = new Slots();
    private final CollectStep collect;
    private final AllocateStep allocate;
    private final Pieces pieces;
    private final UnmapStep unmap;
    private final CopyStep copy;
    private final HoleStep holes;
    private final MoveStep move;
    private final FinaliseStep finalise;
    private final BringBack bringBack;
    private final Part range = this::moveSome;

    public Batch(Rooms rooms, Agent agent) {
        var reverse = new ReverseMap(rooms);
        var split = new FolioSplit(rooms);
        var run = new ObjectRun(rooms);
        this.rooms = rooms;
        var selection = new Selection(rooms, order);
        this.collect = new CollectStep(rooms, agent, order, slots, selection, split);
        this.pieces = new Pieces(rooms, agent, order, slots, split);
        this.allocate = new AllocateStep(rooms, agent, order, slots, pieces, selection);
        this.unmap = new UnmapStep(rooms, agent, order, slots, reverse, run);
        this.copy = new CopyStep(rooms, agent, order, slots);
        this.holes = new HoleStep(rooms, agent, order, slots);
        this.move = new MoveStep(rooms, agent, order, slots);
        this.finalise = new FinaliseStep(rooms, agent, order, slots, reverse, run);
        this.bringBack = new BringBack(rooms, this);
    }

    /** {@return what the next move is to do, to be filled in} */
    public Order order() {
        return order;
    }

    /** {@return pages of the last move that were where they should be before} */
    public int already() {
        return slots.already;
    }

    /** {@return whether a destination was missing in the last move} */
    public boolean full() {
        return slots.full;
    }

    /** {@return whether somebody else held a page of the last move} */
    boolean busy() {
        return slots.busy;
    }

    /** {@return whether the content of a page of the last move could not be copied} */
    boolean declined() {
        return slots.declined;
    }

    /**
     * Moves pages of a range; the space's lock is held shared.
     *
     * @return pages moved
     */
    public int moveRange(SpaceImpl space, long start, long end) {
        return inParts(space, start, end, range);
    }

    /**
     * Moves single pages, and folios whole of which one is named; the space's lock is held shared.
     *
     * @return pages moved
     */
    public int movePages(SpaceImpl space, long[] addresses, int count) {
        return inParts(space, 0, count, (on, from, to) -> moveSome(on, addresses, (int) from, (int) to));
    }

    /** What is moved in parts: pages of a range, or of a list. */
    @FunctionalInterface
    private interface Part {
        /** Moves as many pages as there are slots. @return where the rest begins */
        long move(SpaceImpl space, long from, long to);
    }

    private int inParts(SpaceImpl space, long from, long to, Part part) {
        slots.clear(space);
        for (long at = from; at < to; ) {
            long next = part.move(space, at, to);
            for (int pass = 1; again(pass); pass++) {
                int already = slots.already;
                part.move(space, at, next);
                slots.already = already;
            }
            at = next;
        }
        slots.space = null;
        return slots.moved;
    }

    private long moveSome(SpaceImpl space, long start, long end) {
        slots.refill();
        long next = collect.range(space, start, end);
        passes(space, start, next - start);
        return next;
    }

    private int moveSome(SpaceImpl space, long[] addresses, int from, int to) {
        slots.refill();
        int at = from;
        for (; at < to && slots.room(); at++) {
            collect.page(space, addresses[at]);
        }
        passes(space, 0, 0);
        return at;
    }

    /** {@return whether the order insists on pages that somebody else held} Waits a moment then. */
    private boolean again(int pass) {
        if (!slots.busy || pass >= order.passes || rooms.environment.clock().virtual()) {
            return false;
        }
        slots.busy = false;
        rooms.actors.pause(pass * PAUSES);
        return true;
    }

    /**
     * Moves folios found by frame number; no lock of a space is needed.
     *
     * @param heads each with a reference and the lock held, which this call gives up; it sorts them
     * @return pages moved
     */
    public int moveFrames(long[] heads, int count) {
        slots.clear(null);
        collect.frames(heads, count);
        passes(null, 0, 0);
        return slots.moved;
    }

    /**
     * Does what the slots hold, and then what became of folios that found no destination whole. The range is announced
     * as one; pages outside are announced one by one.
     */
    private void passes(@Nullable SpaceImpl space, long start, long bytes) {
        pass(space, start, bytes);
        while (pieces.next()) {
            pass(space, pieces.address(), Pages.LARGE_SIZE);
        }
    }

    private void pass(@Nullable SpaceImpl space, long start, long bytes) {
        if (allocate.run() == 0) {
            return;
        }
        if (space != null && bytes > 0) {
            announcements.announce(space, start, bytes);
        }
        run();
    }

    /**
     * Brings the page that a CPU touched out of memory that it cannot address, and its neighbours as the plan says. The
     * space's lock is held shared.
     *
     * @return OK when the entry is no longer as it was, EBUSY when somebody else holds the page, ENOMEM, SIGBUS when it
     *     cannot be copied
     */
    public Errno bringBack(Vma vma, long address, int initiator) {
        return bringBack.run(vma, address, initiator);
    }

    private void run() {
        long begun = rooms.nowNs();
        rooms.points.reach(Point.MIGRATE_COLLECTED);
        unmap.run(announcements);
        rooms.points.reach(Point.MIGRATE_UNMAPPED);
        holes.zero();
        copy.run();
        rooms.points.reach(Point.MIGRATE_COPIED);
        long now = rooms.nowNs();
        long each = Math.max(1, (now - begun) / Math.max(1, slots.size));
        move.run(now, each);
        rooms.points.reach(Point.MIGRATE_MOVED);
        holes.install(now, each);
        finalise.run();
        announcements.end();
    }
}
