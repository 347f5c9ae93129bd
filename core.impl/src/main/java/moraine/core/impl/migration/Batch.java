package moraine.core.impl.migration;

import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Cost;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.History;
import moraine.core.impl.host.Regime;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/*
 * Maintainer's notes
 * ==================
 * The slot machine of Linux mm/migrate_device.c. A batch has up to 512 slots; each goes
 *
 *   collect   HOLE, or COLLECTED: reference taken, folio locked (try-lock only)
 *   allocate  a destination, or the slot is given up before anybody notices
 *   unmap     UNMAPPED: every entry is MIGRATING, contexts and devices are shot down, nobody else refers to the folio
 *   copy      the bytes are there
 *   move      COMMITTED: source frozen, owner, history, charge and object moved
 *   finalise  entries of committed slots map the destination, those of rejected ones the source; locks and references
 *             go
 *
 * Invariants. While a slot is UNMAPPED no entry maps its source, so the content is stable. Only a frozen source is
 * replaced: a reference that somebody took meanwhile rejects the slot. Rejecting restores entries with all their bits.
 * One slot never affects another. Locks: a folio's lock is only tried, never awaited, except that the caller of
 * bringBack comes again; with folio locks held, object, notifier, device and region locks are taken, and nothing of
 * theirs waits for a folio. Destinations are locked too, so that nobody evicts a page that is not mapped yet.
 */

/** Moves pages. One an agent; not for two threads at a time. */
public final class Batch {
    private static final int MAX = Pages.PER_LARGE;
    private static final byte HOLE = 1;
    private static final byte COLLECTED = 2;
    private static final byte UNMAPPED = 3;
    private static final byte COMMITTED = 4;
    private static final byte REJECTED = 5;

    private final Rooms rooms;
    private final Agent agent;
    private final Frames frames;
    private final ReverseMap reverse;
    private final FolioSplit split;
    private final CopyRuns copies;
    private final Announcements announcements = new Announcements();
    private final Order order = new Order();
    private final long[] addresses = new long[MAX];
    private final long[] sources = new long[MAX];
    private final long[] targets = new long[MAX];
    private final int[] pages = new int[MAX];
    private final byte[] states = new byte[MAX];
    private @Nullable SpaceImpl main;
    private int size;
    private int already;
    private int moved;
    private boolean full;
    private boolean busy;

    public Batch(Rooms rooms, Agent agent) {
        this.rooms = rooms;
        this.agent = agent;
        this.frames = rooms.frames;
        this.reverse = new ReverseMap(rooms);
        this.split = new FolioSplit(rooms);
        this.copies = new CopyRuns(rooms);
    }

    /** {@return what the next move is to do, to be filled in} */
    public Order order() {
        return order;
    }

    /** {@return pages of the last move that were where they should be before} */
    public int already() {
        return already;
    }

    /** {@return whether a destination was missing in the last move} */
    public boolean full() {
        return full;
    }

    /**
     * Moves pages of a range within one region of 2 MiB; the space's lock is held shared.
     *
     * @return pages moved
     */
    public int moveRange(SpaceImpl space, long start, long end) {
        reset();
        main = space;
        collect(space, start, end);
        if (allocate() > 0) {
            announcements.announce(space, start, end - start);
            run();
        }
        main = null;
        return moved;
    }

    /**
     * Moves folios found by frame number; no lock of a space is needed.
     *
     * @param heads each with a reference and the lock held, which this call gives up
     * @return pages moved
     */
    public int moveFrames(long[] heads, int count) {
        reset();
        for (int i = 0; i < count; i++) {
            add(-1, heads[i], COLLECTED, 1 << frames.order(heads[i]));
        }
        if (allocate() > 0) {
            run();
        }
        return moved;
    }

    /**
     * Brings the page that a CPU touched out of memory that it cannot address, and its neighbours as the plan says. The
     * space's lock is held shared.
     *
     * @return OK when the entry is no longer as it was, EBUSY when somebody else holds the page, ENOMEM
     */
    public Errno bringBack(Vma vma, long address, int initiator) {
        Regime regime = rooms.regimes.current();
        long window = (long) regime.bringBackPages() * Pages.SIZE;
        long page = Pages.floor(address);
        long start = Math.max(vma.start(), address & -window);
        long end = Math.min(vma.end(), (address & -window) + window);
        SpaceImpl space = vma.space();
        if (Pte.large(space.table().get(page))) {
            start = Math.max(vma.start(), address & -Pages.LARGE_SIZE);
            end = Math.min(vma.end(), (address & -Pages.LARGE_SIZE) + Pages.LARGE_SIZE);
        }
        int cpu = rooms.topology.kind(initiator) == NodeKind.DEVICE ? rooms.home(initiator) : initiator;
        order.off(cpu, Reason.BRING_BACK, Cause.COHERENCE, regime.mover()).hot(page, page + Pages.SIZE);
        moveRange(space, start, end);
        if (Pte.kind(space.table().get(page)) != Pte.DEVICE_PRIVATE) {
            return Errno.OK;
        }
        long entry = space.table().get(page);
        if (full && Pte.large(entry) && split.split(agent, frames.head(Pte.pfn(entry)))) {
            return Errno.EBUSY;
        }
        return full && !busy ? Errno.ENOMEM : Errno.EBUSY;
    }

    private void reset() {
        size = 0;
        already = 0;
        moved = 0;
        full = false;
        busy = false;
    }

    private void add(long address, long source, byte state, int count) {
        addresses[size] = address;
        sources[size] = source;
        targets[size] = -1;
        states[size] = state;
        pages[size] = count;
        size++;
    }

    private void collect(SpaceImpl space, long start, long end) {
        Vma vma = null;
        for (long address = start; address < end && size < MAX; ) {
            if (vma == null || address >= vma.end()) {
                vma = space.vmas().find(address);
            }
            if (vma == null) {
                address += Pages.SIZE;
                continue;
            }
            address += collect(vma, address, start, end);
        }
    }

    /** Looks at one page or leaf. @return bytes to go on by */
    private long collect(Vma vma, long address, long start, long end) {
        long entry = vma.space().table().get(address);
        switch (Pte.kind(entry)) {
            case Pte.NONE, Pte.ZERO -> {
                if (order.holes && !vma.shared()) {
                    add(address, -1, HOLE, 1);
                }
            }
            case Pte.PRESENT, Pte.HINT, Pte.DEVICE_PRIVATE -> {
                if (Pte.large(entry)) {
                    return collectLarge(vma, address, entry, start, end);
                }
                take(vma, address, Pte.pfn(entry), 1);
            }
            case Pte.MIGRATING -> busy = true;
            default -> {
                // stays: nothing here is to be moved
            }
        }
        return Pages.SIZE;
    }

    private long collectLarge(Vma vma, long address, long entry, long start, long end) {
        long head = frames.head(Pte.pfn(entry));
        long base = address & -Pages.LARGE_SIZE;
        if (frames.node(head) == order.target) {
            already++;
            return Pages.SIZE;
        }
        if (base >= start && base + Pages.LARGE_SIZE <= end && address == base) {
            take(vma, base, head, Pages.PER_LARGE);
            return Pages.LARGE_SIZE;
        }
        if (split.split(agent, head)) {
            return 0;
        }
        busy = true;
        return Pages.SIZE;
    }

    private void take(Vma vma, long address, long head, int count) {
        if (frames.node(head) == order.target) {
            already += count;
            return;
        }
        if (!selected(vma, head)) {
            return;
        }
        if (!frames.getUnlessZero(head)) {
            busy = true;
            return;
        }
        long entry = vma.space().table().get(address);
        boolean same = Pte.maps(entry) && Pte.pfn(entry) == head && (count > 1) == Pte.large(entry);
        if (!same || !frames.tryLock(head)) {
            busy = true;
            release(head);
            return;
        }
        add(address, head, COLLECTED, count);
    }

    private boolean selected(Vma vma, long head) {
        MemoryType type = rooms.types.type(frames.type(head));
        if (!type.has(Attribute.MOVABLE)) {
            return false;
        }
        int node = frames.node(head);
        if (order.target < 0) {
            return !type.cpuAddressable() || order.reason != Reason.BRING_BACK;
        }
        boolean foreign = rooms.topology.kind(node) == NodeKind.DEVICE
                && rooms.topology.kind(order.target) == NodeKind.DEVICE
                && !vma.space()
                        .devices()
                        .owner(node)
                        .equals(vma.space().devices().owner(order.target));
        return !foreign && (!vma.shared() || holdsFiles(order.target));
    }

    private boolean holdsFiles(int node) {
        return rooms.types.has(rooms.regimes.current().typeOfNode(node), Attribute.FILE_BACKABLE);
    }

    private void run() {
        long begun = rooms.nowNs();
        unmap();
        copy();
        move(begun);
        finish();
    }

    private void unmap() {
        int count = 0;
        for (int slot = 0; slot < size; slot++) {
            if (states[slot] == COLLECTED) {
                reverse.unmap(agent, sources[slot], (long) pages[slot] * Pages.SIZE, announcements);
                count += pages[slot];
            }
        }
        announcements.shootDown(agent);
        rooms.charge(Cost.MIGRATE, order.initiator, order.initiator, order.initiator, count);
        for (int slot = 0; slot < size; slot++) {
            if (states[slot] == COLLECTED) {
                long head = sources[slot];
                boolean alone = frames.mappings(head) == 0 && frames.refs(head) == expectedRefs(head);
                states[slot] = alone ? UNMAPPED : REJECTED;
                busy |= !alone;
            }
        }
    }

    /** {@return references of an unmapped folio that nobody but this batch and its object refers to} */
    private int expectedRefs(long head) {
        MemoryObject object = rooms.objects.get(frames.object(head));
        return object != null && object.shared() ? 2 : 1;
    }

    /** Finds destinations; slots without one are given up. @return slots that have one */
    private int allocate() {
        int found = 0;
        for (int slot = 0; slot < size; slot++) {
            int folio = pages[slot] > 1 ? Pages.LARGE_ORDER : 0;
            long pfn = rooms.allocator.allocate(agent.worker(), request(slot), folio);
            if (pfn >= 0) {
                targets[slot] = pfn;
                lock(pfn);
                found++;
                continue;
            }
            giveUp(slot);
        }
        return found;
    }

    private void giveUp(int slot) {
        if (states[slot] == COLLECTED) {
            frames.unlock(sources[slot]);
            release(sources[slot]);
        }
        states[slot] = 0;
        full = true;
        agent.count(Stat.MIGRATE_FAILED, pages[slot]);
    }

    /** Locks a page that is nobody's yet. Who holds it came by an old number, finds no owner, and lets go. */
    private void lock(long pfn) {
        for (int turn = 0; !frames.tryLock(pfn); turn++) {
            rooms.actors.pause(turn);
        }
    }

    private AllocRequest request(int slot) {
        AllocRequest request = agent.worker().request;
        int tenant = sources[slot] >= 0 || main == null ? frames.tenant(sources[slot]) : main.tenant();
        request.reset(order.reason, Intent.WRITE, order.initiator, tenant);
        request.useReserve = order.target < 0;
        if (order.target >= 0) {
            request.namedNode = order.target;
            request.explicitMask = 1L << order.target;
            request.maySpill = false;
        }
        return request;
    }

    private void copy() {
        for (int slot = 0; slot < size; slot++) {
            if (states[slot] == UNMAPPED) {
                copies.add(slot, sources[slot]);
            } else if (states[slot] == HOLE) {
                frames.zero(targets[slot], 1);
                rooms.charge(Cost.ZERO, order.initiator, order.initiator, frames.node(targets[slot]), Pages.SIZE);
            }
        }
        copies.flush(order.initiator, targets, pages);
    }

    private void move(long begun) {
        long now = rooms.nowNs();
        long each = Math.max(1, (now - begun) / Math.max(1, size));
        for (int slot = 0; slot < size; slot++) {
            if (states[slot] == HOLE) {
                materialise(slot, now, each);
            } else if (states[slot] == UNMAPPED) {
                commit(slot, now, each);
            }
        }
    }

    private void commit(int slot, long now, long costNs) {
        long from = sources[slot];
        long to = targets[slot];
        if (!freeze(from, to)) {
            states[slot] = REJECTED;
            busy = true;
            return;
        }
        Cause cause = addresses[slot] < 0 ? order.cause : order.causeOf(addresses[slot]);
        frames.history(to, History.pack(now, order.mover, cause, frames.node(from), costNs));
        states[slot] = COMMITTED;
    }

    /**
     * Takes all references off the source if nobody else has one, and makes the destination the page of its object. A
     * shared object's own reference goes and comes under its lock, so that whoever looks a page up, or ends the object,
     * finds one or the other.
     */
    private boolean freeze(long from, long to) {
        MemoryObject object = rooms.objects.get(frames.object(from));
        frames.owner(to, frames.object(from), frames.index(from));
        if (object == null || !object.shared()) {
            return frames.freeze(from, 1);
        }
        object.lock(rooms.actors);
        try {
            long index = frames.index(from);
            if (object.page(index) != from || !frames.freeze(from, 2)) {
                return false;
            }
            object.page(index, to);
            frames.get(to);
            return true;
        } finally {
            object.unlock();
        }
    }

    private void materialise(int slot, long now, long costNs) {
        states[slot] = 0;
        SpaceImpl space = main;
        Vma vma = space == null ? null : space.vmas().find(addresses[slot]);
        if (space == null || vma == null || vma.shared() || !vma.protection().allows(Intent.READ)) {
            return;
        }
        long to = targets[slot];
        frames.owner(to, vma.object().id(), vma.index(addresses[slot]));
        frames.history(to, History.pack(now, order.mover, Cause.FIRST_TOUCH, -1, costNs));
        int kind = rooms.types.cpuAddressable(frames.type(to)) ? Pte.PRESENT : Pte.DEVICE_PRIVATE;
        frames.addMapping(to, 1);
        frames.get(to);
        if (install(space, vma, addresses[slot], Pte.of(kind, to, Pte.WRITE))) {
            states[slot] = HOLE;
        } else {
            agent.count(Stat.CAS_LOST);
            frames.dropMapping(to, 1);
            frames.put(to);
        }
    }

    private boolean install(SpaceImpl space, Vma vma, long address, long entry) {
        MiddleTable middle = space.table().lock(address);
        try {
            long[] leaf = vma.dead() ? null : space.table().leafForInstall(middle, address);
            int index = PageTable.index(address);
            int kind = leaf == null ? Pte.PRESENT : Pte.kind(MiddleTable.get(leaf, index));
            if (leaf == null || kind != Pte.NONE && kind != Pte.ZERO) {
                return false;
            }
            if (kind == Pte.ZERO) {
                MiddleTable.set(leaf, index, Pte.NONE);
                space.shootDown(agent);
            }
            boolean writable = vma.protection().allows(Intent.WRITE);
            MiddleTable.set(leaf, index, writable ? entry : entry & ~Pte.WRITE);
            return true;
        } finally {
            middle.unlock(PageTable.region(address));
        }
    }

    private void finish() {
        for (int slot = 0; slot < size; slot++) {
            switch (states[slot]) {
                case COMMITTED -> finishCommitted(slot);
                case UNMAPPED, REJECTED -> {
                    reverse.remap(agent, sources[slot], sources[slot]);
                    frames.unlock(sources[slot]);
                    release(sources[slot]);
                }
                case HOLE -> {
                    moved++;
                    agent.count(Stat.MADE_ON_DEVICE);
                }
                default -> {
                    // nothing was changed
                }
            }
            if (targets[slot] >= 0) {
                frames.unlock(targets[slot]);
                release(targets[slot]);
            }
        }
        announcements.end();
    }

    private void finishCommitted(int slot) {
        reverse.remap(agent, sources[slot], targets[slot]);
        count(slot);
        frames.unlock(sources[slot]);
        rooms.allocator.free(agent.worker(), sources[slot]);
    }

    private void count(int slot) {
        moved += pages[slot];
        boolean fromDevice = rooms.topology.kind(frames.node(sources[slot])) == NodeKind.DEVICE;
        boolean toDevice = rooms.topology.kind(frames.node(targets[slot])) == NodeKind.DEVICE;
        long bytes = (long) pages[slot] * Pages.SIZE;
        if (toDevice && !fromDevice) {
            agent.count(Stat.TO_DEVICE_PAGES, pages[slot]);
            agent.count(Stat.TO_DEVICE_BYTES, bytes);
        } else if (fromDevice && !toDevice) {
            agent.count(Stat.TO_HOST_PAGES, pages[slot]);
            agent.count(Stat.TO_HOST_BYTES, bytes);
        } else {
            agent.count(Stat.BETWEEN_HOST_PAGES, pages[slot]);
        }
        if (order.reason == Reason.EVICTION) {
            agent.count(Stat.EVICTED_PAGES, pages[slot]);
        }
    }

    private void release(long head) {
        if (frames.put(head) == 0) {
            rooms.allocator.free(agent.worker(), head);
        }
    }
}
