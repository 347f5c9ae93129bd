package moraine.sim.workload;

import moraine.core.api.host.MemoryAccess;

/** Host work that divides into pieces, a page or so each. */
@FunctionalInterface
public interface IndexWork {
    /** Does a piece. Called by several threads, each with pieces of its own. */
    void piece(MemoryAccess memory, int index);
}
