package moraine.core.impl.swap;

import java.util.List;
import java.util.Locale;
import moraine.core.api.model.CopyEdge;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Pages;
import moraine.core.api.model.SwapSpec;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.cache.Store;
import moraine.core.impl.counters.Counters;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * The swap of a machine, if it has any: entries of kind SWAPPED name its slots, and so do objects of shared memory.
 *
 * <p>There is no cache of swapped pages: what comes back leaves its slot. So a page that several entries shared comes
 * back once for each, as a page of its own.
 */
public final class Swap {
    private final Rooms rooms;
    private final SwapSlots slots;
    private final @Nullable SwapArea area;
    private final @Nullable SwapIn in;

    /** @param rooms of which types, frames, allocator and topology are there */
    public Swap(Rooms rooms, Store.Opener stores, Counters counters) {
        SwapSpec spec = rooms.spec.swap();
        this.rooms = rooms;
        this.slots = new SwapSlots((int) (spec.bytes() >>> Pages.SHIFT));
        if (slots.total() > 0 && spec.node() >= 0) {
            requireEdges(spec.node());
        }
        this.area = slots.total() == 0 ? null : SwapArea.make(rooms, slots.total(), stores);
        this.in = area == null ? null : new SwapIn(rooms, slots, area);
        counters.gauge("swap.total.pages", "pages", "pages that swap has room for", slots::total);
        counters.gauge("swap.free.pages", "pages", "pages that swap has room for now", slots::free);
    }

    /** A modelled machine has to know what every way there and back costs. */
    private void requireEdges(int store) {
        if (rooms.environment.meter() == null) {
            return;
        }
        List<CopyEdge> copies = rooms.topology.profile().copies();
        for (NodeSpec node : rooms.topology.profile().nodes()) {
            int id = node.id();
            if (node.kind() != NodeKind.DEVICE && id != store && !(has(copies, id, store) && has(copies, store, id))) {
                throw MoraineException.caller(
                        Errno.EINVAL,
                        "swap on node " + store + " cannot be reached from node " + id + " and back: profile "
                                + rooms.topology.profile().name() + " has no copies between them; add them");
            }
        }
    }

    private static boolean has(List<CopyEdge> copies, int from, int to) {
        return copies.stream().anyMatch(edge -> edge.source() == from && edge.target() == to);
    }

    /** {@return who uses its slots} */
    public SwapSlots slots() {
        return slots;
    }

    /** {@return what takes pages out of memory for one agent, or null where there is no swap} */
    public @Nullable SwapOut out() {
        return area == null ? null : new SwapOut(rooms, slots, area);
    }

    /**
     * {@return how much swap there is and how much of it is used, and the remedies, for whoever found no page}
     *
     * @param remedies others than swap, a clause
     */
    public String lack(String remedies) {
        int total = slots.total();
        if (total == 0) {
            return "the machine has no swap; " + remedies + ", or give it swap";
        }
        int used = total - slots.free();
        return String.format(
                Locale.ROOT,
                "swap has %,d pages (%,d KiB), %s in use; %s%s",
                total,
                (long) total * Pages.SIZE >> 10,
                used == total ? "all of them" : String.format(Locale.ROOT, "%,d of them", used),
                remedies,
                used == total ? ", or give the machine more swap" : "");
    }

    /** {@return whether somebody is writing pages to swap} */
    public boolean writing() {
        return area != null && area.underWay() > 0;
    }

    /** {@return how many batches of pages went to swap, or failed to, until now} */
    public long batches() {
        return area == null ? 0 : area.ended();
    }

    /** Counts an entry less, if it names a slot. */
    public void forget(long entry) {
        if (Pte.kind(entry) == Pte.SWAPPED) {
            slots.drop(Pte.pfn(entry));
        }
    }

    /**
     * Brings pages back; see {@link SwapIn#bring}. Called outside the world, with no guard held.
     *
     * @param address of a page whose entry was SWAPPED
     */
    public Errno bring(Agent agent, SpaceImpl space, long address, int pages, int initiator) {
        return in == null ? Errno.SIGBUS : in.bring(agent, space, address, pages, initiator);
    }

    /** {@return whether a page of shared memory is in swap} */
    public boolean has(MemoryObject object, long index) {
        object.lock(rooms.actors);
        try {
            return object.slot(index) >= 0;
        } finally {
            object.unlock();
        }
    }

    /**
     * Brings a page of shared memory back to its object; see {@link SwapIn#bringShared}. Called outside the world, with
     * no guard held.
     */
    public Errno bringShared(Agent agent, Vma vma, long address, int initiator) {
        return in == null ? Errno.SIGBUS : in.bringShared(agent, vma, address, initiator);
    }

    /** Gives it up; all spaces are closed. */
    public void close() {
        if (area != null) {
            area.close();
        }
    }
}
