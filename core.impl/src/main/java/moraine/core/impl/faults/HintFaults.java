package moraine.core.impl.faults;

import moraine.core.api.model.Errno;
import moraine.core.api.model.NodeKind;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;

/**
 * Faults on entries that hints were planted in: the entry is restored at once, and the touch of a CPU told. No guard is
 * needed: what else becomes of the entry makes the exchange fail, and what of its page makes what is told stale, which
 * whoever acts on it finds out.
 */
final class HintFaults {
    private final Rooms rooms;

    HintFaults(Rooms rooms) {
        this.rooms = rooms;
    }

    /**
     * Makes a NUMA_HINT entry PRESENT; one that changed meanwhile is left to the next fault.
     *
     * @param initiator node of who touches; a device's touch is not told
     */
    Errno restore(Agent agent, SpaceImpl space, long address, long entry, int initiator) {
        if (space.table().replace(address, entry, Pte.withKind(entry, Pte.PRESENT))
                && rooms.topology.kind(initiator) != NodeKind.DEVICE) {
            agent.count(Stat.NUMA_FAULTS);
            boolean told = rooms.hintFaults.tell(rooms.frames, Pte.pfn(entry), initiator, rooms.nowNs());
            agent.count(Stat.NUMA_FAULTS_LOST, told ? 0 : 1);
        }
        return Errno.OK;
    }
}
