package moraine.core.impl.space;

import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.faults.CpuFaults;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Gives pages that show the zero page frames of their own where a handler fills what is missing: before a mapping comes
 * to allow nothing, for an entry of the zero page can be read by all, and without it the page would be missing. The
 * space's lock is held exclusively, and the mappings live.
 */
final class ZeroKeeper {
    private final Rooms rooms;
    private final CpuFaults faults;
    private final SpaceImpl space;

    ZeroKeeper(Rooms rooms, CpuFaults faults, SpaceImpl space) {
        this.rooms = rooms;
        this.faults = faults;
        this.space = space;
    }

    /** @throws MoraineException ENOMEM, EDQUOT or SIGKILL when there is no page; nothing but zeros was changed */
    void keep(Agent agent, long start, long end) {
        for (Vma vma : space.vmas().overlapping(start, end)) {
            if (vma.userfault() != null) {
                keepIn(agent, Math.max(start, vma.start()), Math.min(end, vma.end()));
            }
        }
    }

    private void keepIn(Agent agent, long start, long end) {
        space.table().settledRegions(start, end, (_, region) -> {
            long to = Math.min(end, region + Pages.LARGE_SIZE);
            for (long page = Math.max(start, region); page < to; page += Pages.SIZE) {
                keep(agent, page);
            }
        });
    }

    private void keep(Agent agent, long page) {
        int cpu = rooms.home(agent.initiator());
        for (long entry = space.table().get(page);
                Pte.kind(entry) == Pte.ZERO;
                entry = space.table().get(page)) {
            Errno outcome = faults.resolveLocked(agent, space, page, Intent.WRITE, entry, cpu);
            if (outcome != Errno.OK) {
                throw new MoraineException(
                        outcome,
                        Blame.RESOURCES,
                        "zero page 0x" + Long.toHexString(page) + " of space " + space.name() + " found no page of its"
                                + " own, which it needs where a handler fills and nothing is allowed; free memory");
            }
        }
    }
}
