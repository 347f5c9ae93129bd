package moraine.core.impl.migration;

import java.util.Arrays;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Fills the slots: from a range of addresses, or with folios that somebody found by frame number.
 *
 * <p>An entry is read without a lock, so that the frame it names may be another's a moment later. The frame is held
 * (reference and lock, tried and never awaited), then the entry is read again: if it is as it was, the frame held is
 * the page's, and stays it, for nobody replaces a frame that another holds. If not, the hold is given up. So it is when
 * the page is pinned; a pin comes with the lock held, so none comes from now on.
 */
final class CollectStep extends SlotStep {
    private final Selection selection;
    private final FolioSplit split;

    CollectStep(Rooms rooms, Agent agent, Order order, Slots slots, Selection selection, FolioSplit split) {
        super(rooms, agent, order, slots);
        this.selection = selection;
        this.split = split;
    }

    /**
     * Takes folios of which the caller gives up a reference and the lock each, in ascending order: destinations are
     * found in the order of the slots, so adjacent frames get adjacent ones, and are copied as one run.
     *
     * @param heads sorted by this call
     */
    void frames(long[] heads, int count) {
        Arrays.sort(heads, 0, count);
        for (int i = 0; i < count; i++) {
            if (selection.allows(heads[i])) {
                slots.addFolio(-1, heads[i], 1 << frames.order(heads[i]));
            } else {
                agent.letGo(heads[i]);
            }
        }
    }

    /**
     * Takes what there is to move of a range, as long as there are slots; the space's lock is held shared.
     *
     * @return how far it came
     */
    long range(SpaceImpl space, long start, long end) {
        Vma vma = null;
        long address = start;
        while (address < end && slots.room()) {
            if (vma == null || address >= vma.end()) {
                vma = space.vmas().find(address);
            }
            if (vma == null) {
                address += Pages.SIZE;
                continue;
            }
            address += look(vma, address, start, end);
        }
        return address;
    }

    /** Takes the page at an address, or the whole 2 MiB page; the space's lock is held shared. */
    void page(SpaceImpl space, long address) {
        long bytes = Pte.large(space.table().get(address)) ? Pages.LARGE_SIZE : Pages.SIZE;
        long start = address & -bytes;
        range(space, start, start + bytes);
    }

    /** Looks at one page or leaf. @return bytes to go on by */
    private long look(Vma vma, long address, long start, long end) {
        long entry = vma.space().table().get(address);
        switch (Pte.kind(entry)) {
            case Pte.NONE, Pte.ZERO -> {
                return hole(vma, address, end);
            }
            case Pte.PRESENT, Pte.NUMA_HINT, Pte.HINT, Pte.DEVICE_PRIVATE, Pte.EXCLUSIVE -> {
                if (Pte.large(entry)) {
                    return lookAtLarge(vma, address, entry, start, end);
                }
                take(vma, address, Pte.pfn(entry), 1);
            }
            case Pte.MIGRATING -> slots.busy = true;
            default -> {
                // stays: nothing here is to be moved
            }
        }
        return Pages.SIZE;
    }

    /** Takes a hole if holes are wanted, a whole region where the mapping is one of large pages. */
    private long hole(Vma vma, long address, long end) {
        boolean whole = (address & Pages.LARGE_SIZE - 1) == 0
                && end - address >= Pages.LARGE_SIZE
                && vma.covers(address, address + Pages.LARGE_SIZE)
                && vma.space().table().vacantRegion(address);
        boolean wanted = order.holes && vma.plain() && !vma.largeOnly();
        if (wanted && whole && vma.wantsLarge(rooms.regimes.current().largePages())) {
            slots.addHole(address, Pages.PER_LARGE);
            return Pages.LARGE_SIZE;
        }
        if (wanted) {
            slots.addHole(address, 1);
        }
        return !wanted && whole ? Pages.LARGE_SIZE : Pages.SIZE;
    }

    /** Takes a 2 MiB leaf that the range covers whole, and splits another. */
    private long lookAtLarge(Vma vma, long address, long entry, long start, long end) {
        long head = frames.head(Pte.pfn(entry));
        long base = address & -Pages.LARGE_SIZE;
        if (frames.node(head) == order.target) {
            slots.already++;
            return Pages.SIZE;
        }
        if (base >= start && base + Pages.LARGE_SIZE <= end && address == base) {
            take(vma, base, head, Pages.PER_LARGE);
            return Pages.LARGE_SIZE;
        }
        if (split.split(agent, head)) {
            return 0;
        }
        slots.busy = true;
        return Pages.SIZE;
    }

    private void take(Vma vma, long address, long head, int count) {
        if (frames.node(head) == order.target) {
            slots.already += count;
            return;
        }
        if (!selection.allows(vma, head)) {
            return;
        }
        rooms.points.reach(Point.FRAME_LOOKED_UP);
        if (!frames.hold(head)) {
            slots.busy = true;
            return;
        }
        if (!isPage(vma.space().table().get(address), head, count)) {
            slots.busy = true;
            agent.letGo(head);
            return;
        }
        if (frames.flag(head, Frames.PINNED)) {
            agent.count(Stat.PINNED_REFUSED, count);
            agent.letGo(head);
            return;
        }
        slots.addFolio(address, head, count);
    }

    private static boolean isPage(long entry, long head, int count) {
        return Pte.maps(entry) && Pte.pfn(entry) == head && count > 1 == Pte.large(entry);
    }
}
