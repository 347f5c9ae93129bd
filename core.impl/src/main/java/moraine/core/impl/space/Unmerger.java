package moraine.core.impl.space;

import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.faults.CpuFaults;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Gives each merged page of a range a copy of its own (Linux break_ksm), after its mappings have been told that they
 * are not to be merged any more: each page is either seen merged, or on its way to be, and awaited; or whoever merges
 * it sees the mapping as it is now.
 */
final class Unmerger {
    private final Rooms rooms;
    private final CpuFaults faults;
    private final SpaceImpl space;

    Unmerger(Rooms rooms, CpuFaults faults, SpaceImpl space) {
        this.rooms = rooms;
        this.faults = faults;
        this.space = space;
    }

    /**
     * Gives them.
     *
     * @throws MoraineException ENOMEM or EDQUOT when there is no page for a copy; SIGKILL when the space was ended for
     *     want of memory
     */
    void run(long start, long end) {
        Agent agent = rooms.begin();
        try {
            for (long page = start; page < end; ) {
                if (space.table().vacantRegion(page)) {
                    page = (page | Pages.LARGE_SIZE - 1) + 1;
                } else {
                    page(agent, page);
                    page += Pages.SIZE;
                }
            }
        } finally {
            rooms.done(agent);
        }
    }

    private void page(Agent agent, long page) {
        agent.touchEnds();
        Errno outcome = step(agent, page);
        while (outcome == Errno.EAGAIN) {
            outcome = faults.supplyWithin(agent, space, page, 1, Intent.WRITE, rooms.home(0));
            outcome = outcome == Errno.OK ? step(agent, page) : outcome;
        }
        if (outcome != Errno.OK) {
            throw failure(outcome, page);
        }
    }

    private MoraineException failure(Errno outcome, long page) {
        String what = "merged page 0x" + Long.toHexString(page) + " of space " + space.name();
        String why = switch (outcome) {
            case SIGKILL ->
                " has no copy of its own: the space was ended, for the memory that it is bound to was full;"
                        + " bind it to more, or touch less";
            case ENOMEM ->
                " found no page for a copy of its own, and " + rooms.swap.lack("free memory and give the advice again");
            default -> " found no page for a copy of its own; free memory and give the advice again";
        };
        return new MoraineException(outcome, Blame.RESOURCES, what + why);
    }

    /** Does one thing about a page. @return EAGAIN when it is to be looked at again, after something was supplied */
    private Errno step(Agent agent, long page) {
        long stamp = space.lockShared();
        try {
            Vma vma = space.vmas().find(page);
            long entry = space.table().get(page);
            boolean done = vma == null
                    || vma.mergeable()
                    || vma.protection() == Protection.NONE
                    || Pte.kind(entry) != Pte.MIGRATING && !merged(entry);
            if (done) {
                return Errno.OK;
            }
            int cpu = rooms.home(rooms.frames.node(Pte.pfn(entry)));
            Errno outcome = faults.resolveLocked(agent, space, page, Intent.WRITE, entry, cpu);
            return outcome == Errno.OK ? Errno.EAGAIN : outcome;
        } finally {
            space.unlockShared(stamp);
        }
    }

    private boolean merged(long entry) {
        return Pte.maps(entry) && rooms.merging.merged(Pte.pfn(entry));
    }
}
