package moraine.core.impl.pins;

import moraine.core.api.model.Blame;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Cost;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.faults.Placement;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.reclaim.DirectReclaim.Stand;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Copies that a fork makes of pinned pages at once, so that they stay their parent's alone. A page is taken from the
 * allocator before the fork's locks are, and used under them; one at a time.
 */
public final class PinnedCopies implements AutoCloseable {
    private final Rooms rooms;
    private final Frames frames;
    private final Placement placement;
    private final Agent agent;
    private final Vma vma;
    private long spare = -1;
    private boolean held;

    /** @param vma the parent's mapping */
    public PinnedCopies(Rooms rooms, Agent agent, Vma vma) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.placement = new Placement(rooms);
        this.agent = agent;
        this.vma = vma;
    }

    /**
     * {@return whether an entry maps a pinned page}; it stays so while the space's lock is held exclusively, or ends
     */
    public boolean pinned(long entry) {
        return Pte.maps(entry) && frames.flag(frames.head(Pte.pfn(entry)), Frames.PINNED);
    }

    /** {@return whether a page is at hand} */
    public boolean ready() {
        return spare >= 0;
    }

    /**
     * Takes a page for an address; no lock but the space's is held.
     *
     * @throws MoraineException ENOMEM or EDQUOT when there is none; SIGKILL when that ended the space
     */
    public void provide(long address) {
        long pfn = agent.directReclaim().repeat(vma.space(), Stand.HOLDING, () -> allocate(address));
        if (pfn < 0) {
            throw failure(Errno.values()[(int) -pfn]);
        }
        held = placement.hold(pfn);
        spare = pfn;
    }

    private MoraineException failure(Errno outcome) {
        String what = "fork of space " + vma.space().name() + " found no page to copy a pinned one of "
                + Pages.range(vma.start(), vma.end()) + " to";
        String why = outcome == Errno.ENOMEM
                ? ", and " + rooms.swap.lack("close the pin first, free memory")
                : "; close the pin first, or free memory";
        return new MoraineException(outcome, Blame.RESOURCES, what + why);
    }

    private long allocate(long address) {
        AllocRequest request =
                placement.request(agent, vma, address, Reason.COPY_ON_WRITE, Intent.WRITE, rooms.home(0));
        return placement.allocate(agent, request);
    }

    /** {@return the child's entry: the page at hand, with the content of a pinned page} */
    public long copy(long entry, long pfn, long address) {
        long mine = spare;
        spare = -1;
        frames.copy(pfn, mine, 1);
        int home = rooms.home(0);
        rooms.charge(Cost.COPY, home, frames.node(pfn), frames.node(mine), Pages.SIZE);
        frames.owner(mine, vma.object().id(), vma.index(address));
        frames.addMapping(mine, 1);
        frames.history(mine, placement.made(rooms.regimes.current(), Cause.COPY_ON_WRITE, rooms.nowNs()));
        agent.count(Stat.COW_COPIES);
        long whole = Pte.kind(entry) == Pte.EXCLUSIVE ? Pte.present(entry) : entry;
        int kind = rooms.types.cpuAddressable(frames.type(mine)) ? Pte.kind(whole) : Pte.DEVICE_PRIVATE;
        long copied = Pte.of(kind, mine, Pte.bits(whole) & ~Pte.LARGE);
        placement.unhold(mine, held);
        return copied;
    }

    /** Gives back a page that was not needed after all. */
    @Override
    public void close() {
        if (spare >= 0) {
            placement.unhold(spare, held);
            agent.put(spare);
            spare = -1;
        }
    }
}
