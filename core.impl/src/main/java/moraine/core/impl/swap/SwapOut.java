package moraine.core.impl.swap;

import java.nio.ByteBuffer;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.cache.Content;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.migration.Announcements;
import moraine.core.impl.migration.ReverseMap;
import moraine.core.impl.rmap.MemoryObject;

/**
 * Writes anonymous pages to slots and makes their entries, or the object of shared ones, name these. Confined to one
 * agent.
 *
 * <p>Protocol, as a migration to a slot. The page is held; its entries become MIGRATING, announced, and everybody is
 * shot down. After that the announcements end, for nothing translates to the page any more, and nothing will before it
 * is written or its entries are restored. Its content is written while faults on it wait. A page that was written and
 * that nobody refers to is frozen, its entries become SWAPPED, or NONE where its object records the slot, and it is
 * freed. Whatever fails before that restores the entries with all their bits: the page has not been anywhere else.
 */
public final class SwapOut {
    private static final System.Logger LOG = System.getLogger(SwapOut.class.getName());

    private final Rooms rooms;
    private final Frames frames;
    private final SwapSlots slots;
    private final SwapArea area;
    private final Content content;
    private final ReverseMap reverse;
    private final Announcements announcements = new Announcements();
    private final int most;
    private final long[] heads;
    private final int[] taken;
    private ByteBuffer staging;
    private int size;
    private boolean failed;
    private boolean complained;

    SwapOut(Rooms rooms, SwapSlots slots, SwapArea area) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.slots = slots;
        this.area = area;
        this.content = new Content(rooms);
        this.reverse = new ReverseMap(rooms);
        this.most = rooms.tuning.swapBatchPages;
        this.heads = new long[most];
        this.taken = new int[most];
        this.staging = content.staging(most);
    }

    /** {@return whether there is room for another page of this batch} */
    public boolean room() {
        return size < most;
    }

    /**
     * Adds an anonymous page of 4 KiB in memory that CPUs address.
     *
     * @param head of which the caller has a reference and the lock, both of which this gives up
     */
    public void add(Agent agent, long head) {
        int slot = reverse.anyExclusive(head) ? -1 : slots.take();
        if (slot < 0) {
            agent.letGo(head);
            return;
        }
        heads[size] = head;
        taken[size] = slot;
        size++;
    }

    /** Swaps out what was added; within the world. @return pages that are free now */
    public int run(Agent agent) {
        if (size == 0) {
            return 0;
        }
        area.begin();
        try {
            return runBegun(agent);
        } finally {
            area.end();
        }
    }

    /** {@return whether anything could not be written since it was asked to forget that} */
    public boolean failed() {
        return failed;
    }

    public void forgetFailure() {
        failed = false;
    }

    private int runBegun(Agent agent) {
        unmap(agent);
        rooms.points.reach(Point.SWAP_UNMAPPED);
        int alone = 0;
        for (int i = 0; i < size; i++) {
            long head = heads[i];
            if (frames.mappings(head) == 0 && frames.refs(head) == 1 + ownReferences(head)) {
                content.take(head, staging, alone);
                heads[alone] = head;
                int slot = taken[alone];
                taken[alone] = taken[i];
                taken[i] = slot;
                alone++;
            } else {
                restore(agent, head);
            }
        }
        for (int i = alone; i < size; i++) {
            slots.drop(taken[i]);
        }
        size = 0;
        int out = write(agent, alone);
        agent.count(Stat.PSWPOUT, out);
        return out;
    }

    private void unmap(Agent agent) {
        for (int i = 0; i < size; i++) {
            reverse.unmap(agent, heads[i], Pages.SIZE, announcements);
        }
        announcements.shootDown(agent);
        announcements.end();
    }

    /**
     * Writes runs of neighbouring slots, each as one request, and ends each page of it. After one that failed no other
     * is tried, so that a batch waits for the storage once.
     *
     * @return pages out
     */
    private int write(Agent agent, int count) {
        int out = 0;
        boolean written = true;
        for (int from = 0; from < count; ) {
            int to = from + 1;
            while (to < count && taken[to] == taken[to - 1] + 1 && sameNode(to - 1, to)) {
                to++;
            }
            written = written && write(agent, from, to);
            rooms.points.reach(Point.SWAP_WRITTEN);
            for (int i = from; i < to; i++) {
                if (written && commit(agent, i)) {
                    out++;
                } else {
                    restore(agent, heads[i]);
                    slots.drop(taken[i]);
                }
            }
            agent.count(Stat.SWAP_FAILED, written ? 0 : to - from);
            from = to;
        }
        return out;
    }

    private boolean sameNode(int one, int other) {
        return frames.node(heads[one]) == frames.node(heads[other]);
    }

    private boolean write(Agent agent, int from, int to) {
        try {
            area.write(taken[from], to - from, content.part(staging, from, to - from));
            area.charge(agent.initiator(), frames.node(heads[from]), to - from, /* out= */ true);
            return true;
        } catch (MoraineException e) {
            staging = copy();
            failed = true;
            if (!complained) {
                complained = true;
                LOG.log(System.Logger.Level.WARNING, "pages stay in memory, for swap takes none: " + e.getMessage());
            }
            return false;
        }
    }

    /** A request that was given up may still be under way, so its buffer is its own from now on. */
    private ByteBuffer copy() {
        ByteBuffer fresh = content.staging(most);
        fresh.put(staging.duplicate().clear());
        return fresh.clear();
    }

    /** {@return whether the page is in its slot and nowhere else any more} */
    private boolean commit(Agent agent, int i) {
        long head = heads[i];
        slots.describe(taken[i], frames.node(head), frames.history(head));
        MemoryObject object = rooms.objects.get(frames.object(head));
        boolean shared = object != null && object.shared();
        if (object != null && shared ? !exchange(object, head, taken[i]) : !frames.freezeAndUnlock(head, 1)) {
            return false;
        }
        if (shared) {
            reverse.clear(head);
        } else {
            reverse.swap(agent, head, taken[i], slots);
            slots.drop(taken[i]);
        }
        rooms.allocator.free(agent.worker(), head);
        return true;
    }

    /** Gives a shared object the slot for its page, frozen; {@return whether nobody refers to that} */
    private boolean exchange(MemoryObject object, long head, int slot) {
        long index = frames.index(head);
        object.lock(rooms.actors);
        try {
            boolean mine = object.page(index) == head && frames.freezeAndUnlock(head, 1 + object.ownReferences());
            if (mine) {
                object.slot(index, slot);
            }
            return mine;
        } finally {
            object.unlock();
        }
    }

    private int ownReferences(long head) {
        MemoryObject object = rooms.objects.get(frames.object(head));
        return object == null ? 0 : object.ownReferences();
    }

    private void restore(Agent agent, long head) {
        reverse.remap(agent, head, head);
        agent.letGo(head);
    }
}
