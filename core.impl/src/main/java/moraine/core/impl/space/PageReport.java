package moraine.core.impl.space;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.Cause;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.SpaceInfo;
import moraine.core.api.model.VmaInfo;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.History;
import moraine.core.impl.swap.SwapSlots;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/** Answers where pages are and why, from entries and frame records; takes no lock, so it may be old when it is read. */
final class PageReport {
    private final Rooms rooms;
    private final SpaceImpl space;
    private final Frames frames;

    PageReport(Rooms rooms, SpaceImpl space) {
        this.rooms = rooms;
        this.space = space;
        this.frames = rooms.frames;
    }

    SpaceInfo info() {
        long[] resident = new long[rooms.topology.nodes()];
        List<VmaInfo> mappings = new ArrayList<>();
        for (Vma vma : space.vmas().all()) {
            mappings.add(vma.info());
            for (long at = nextEntry(vma.start(), vma.end()); at >= 0; at = nextEntry(at + Pages.SIZE, vma.end())) {
                long entry = space.table().get(at);
                if (Pte.maps(entry)) {
                    resident[frames.node(Pte.pfn(entry))]++;
                }
            }
        }
        List<Long> pages = new ArrayList<>();
        for (long count : resident) {
            pages.add(count);
        }
        return new SpaceInfo(space.id(), space.name(), rooms.tenants.name(space.tenant()), mappings, pages);
    }

    List<PageInfo> pages(long start, long end, int limit) {
        List<PageInfo> found = new ArrayList<>();
        for (long at = nextEntry(start, end); at >= 0 && found.size() < limit; at = nextEntry(at + Pages.SIZE, end)) {
            found.add(page(at));
        }
        return found;
    }

    /** {@return the first address from a start that has an entry, or -1} */
    private long nextEntry(long start, long end) {
        for (long at = start; at < end; ) {
            if (space.table().middle(at) == null) {
                at = (at | (1L << 30) - 1) + 1;
            } else if (space.table().get(at) != Pte.NONE) {
                return at;
            } else {
                at += Pages.SIZE;
            }
        }
        return -1;
    }

    PageInfo page(long address) {
        long entry = space.table().get(address);
        if (Pte.kind(entry) == Pte.SWAPPED) {
            return swapped(address, entry);
        }
        if (!Pte.maps(entry) && Pte.kind(entry) != Pte.MIGRATING) {
            return new PageInfo(
                    address, Pte.state(entry), -1, "", -1, 0, false, false, 0, 0, "", Cause.FIRST_TOUCH, -1, 0);
        }
        long pfn = Pte.pfn(entry);
        long head = frames.head(pfn);
        long history = frames.history(head);
        return new PageInfo(
                address,
                state(entry),
                frames.node(pfn),
                rooms.types.type(frames.type(head)).name(),
                pfn,
                Pte.large(entry) ? Pages.LARGE_ORDER : 0,
                Pte.writable(entry),
                (entry & Pte.DIRTY) != 0 && Pte.kind(entry) != Pte.EXCLUSIVE,
                frames.mappings(head),
                History.sinceNs(history),
                rooms.movers.name(History.mover(history)),
                History.cause(history),
                History.previousNode(history),
                History.costNs(history));
    }

    /** {@return the page as it was when it left, without a frame; the previous node is the one that it left} */
    private PageInfo swapped(long address, long entry) {
        SwapSlots slots = rooms.swap.slots();
        long slot = Pte.pfn(entry);
        long history = slots.history(slot);
        return new PageInfo(
                address,
                state(entry),
                -1,
                "",
                -1,
                0,
                Pte.writable(entry),
                (entry & Pte.DIRTY) != 0,
                slots.users(slot),
                History.sinceNs(history),
                rooms.movers.name(History.mover(history)),
                History.cause(history),
                slots.node(slot),
                History.costNs(history));
    }

    private static PageState state(long entry) {
        return Pte.state(entry);
    }
}
