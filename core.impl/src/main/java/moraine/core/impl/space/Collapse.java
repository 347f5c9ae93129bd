package moraine.core.impl.space;

import moraine.core.api.model.Advice;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Reason;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.faults.Placement;
import moraine.core.impl.migration.FolioCollapse;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/** Makes each aligned 2 MiB of a range one page, as an application asked; one that fails leaves the others alone. */
final class Collapse {
    private final Rooms rooms;
    private final SpaceImpl space;

    Collapse(Rooms rooms, SpaceImpl space) {
        this.rooms = rooms;
        this.space = space;
    }

    void run(long start, long end) {
        Agent agent = rooms.begin();
        bringBack(agent, start, end);
        long stamp = space.lockShared();
        try {
            space.checkOpen();
            Checks.covered(space.vmas(), start, end);
            Checks.anonymous(space.vmas(), start, end, Advice.COLLAPSE);
            Checks.sizeable(space.vmas(), start, end, Advice.COLLAPSE);
            run(agent, start, end);
        } finally {
            space.unlockShared(stamp);
            rooms.done(agent);
        }
    }

    /** Brings swapped pages back first; what does not come is in the way of its 2 MiB only. */
    private void bringBack(Agent agent, long start, long end) {
        rooms.world.exit(agent);
        try {
            int cpu = rooms.home(agent.initiator());
            space.table().regions(start, end, (_, region) -> {
                long from = Math.max(start, region);
                long to = Math.min(end, region + Pages.LARGE_SIZE);
                for (long at = from; at < to; at += Pages.SIZE) {
                    if (Pte.kind(space.table().get(at)) == Pte.SWAPPED) {
                        rooms.swap.bring(agent, space, at, (int) (to - at >>> Pages.SHIFT), cpu);
                    }
                }
            });
        } finally {
            rooms.world.enter(agent);
        }
    }

    private void run(Agent agent, long start, long end) {
        Placement placement = new Placement(rooms);
        FolioCollapse folios = new FolioCollapse(rooms, (who, vma, base, initiator) -> {
            AllocRequest request =
                    placement.request(who, vma, base, Pages.LARGE_ORDER, Reason.CPU_FAULT, Intent.WRITE, initiator);
            return rooms.allocator.allocate(who.worker(), request, Pages.LARGE_ORDER);
        });
        long first = start + Pages.LARGE_SIZE - 1 & -Pages.LARGE_SIZE;
        long failedAt = -1;
        Errno failed = Errno.OK;
        for (long base = first; base + Pages.LARGE_SIZE <= end; base += Pages.LARGE_SIZE) {
            Errno outcome = collapse(agent, folios, base);
            if (outcome != Errno.OK) {
                failed = outcome;
                failedAt = base;
            }
        }
        if (failed != Errno.OK) {
            throw failure(failed, failedAt);
        }
    }

    /** Only where what was never touched is zero: a page of a file or a handler would be lost. */
    private Errno collapse(Agent agent, FolioCollapse folios, long base) {
        Vma vma = space.vmas().find(base);
        boolean whole = vma != null
                && vma.plain()
                && vma.covers(base, base + Pages.LARGE_SIZE)
                && vma.wantsLarge(true)
                && vma.protection() != Protection.NONE;
        return vma != null && whole ? folios.collapse(agent, vma, base) : Errno.EINVAL;
    }

    private static MoraineException failure(Errno errno, long base) {
        String where = "2 MiB at 0x" + Long.toHexString(base) + " cannot become one page: ";
        return switch (errno) {
            case EINVAL ->
                MoraineException.caller(
                        errno,
                        where + "nothing was written there, it is in two mappings, it shows a file, a handler fills"
                                + " it, or 4 KiB pages were advised; write to it first or take the advice back");
            case EAGAIN -> new MoraineException(errno, Blame.RESOURCES, where + "a page is in use; try again");
            case EBUSY ->
                new MoraineException(
                        errno, Blame.RESOURCES, where + "a page is pinned or shared with a fork; write to it first");
            default ->
                new MoraineException(
                        errno, Blame.RESOURCES, where + "no page of 2 MiB is free for it; free memory and try again");
        };
    }
}
