package moraine.core.impl.faults;

import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.cache.CachedObject;
import moraine.core.impl.exclusive.Revoker;
import moraine.core.impl.reclaim.DirectReclaim;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Serves page faults of CPUs, and the CPU side of device faults.
 *
 * <p>Each call does one thing about the entry as it is and returns; the access is tried again and faults again if that
 * was not enough. First touches of private memory take no lock but the region's; everything else holds the space's lock
 * shared. A fault ends in a mapping or in an error, never in a wait without end: what it waits for are entries that
 * another thread is migrating, which complete without needing anything that this thread holds.
 */
public final class CpuFaults {
    private final Rooms rooms;
    private final AnonymousFaults anonymous;
    private final SharedFaults shared;
    private final FileFaults files;
    private final CopyOnWrite copyOnWrite;
    private final Supplies supplies;
    private final Revoker revoker;
    private final HintFaults hints;

    public CpuFaults(Rooms rooms) {
        this.rooms = rooms;
        Placement placement = new Placement(rooms);
        this.anonymous = new AnonymousFaults(rooms, placement);
        this.shared = new SharedFaults(rooms, placement);
        this.files = new FileFaults(rooms);
        this.copyOnWrite = new CopyOnWrite(rooms, placement, files);
        this.supplies = new Supplies(rooms);
        this.revoker = new Revoker(rooms);
        this.hints = new HintFaults(rooms);
    }

    /**
     * Does something about a fault of a CPU.
     *
     * @param initiator node of the CPU
     * @return OK when the access is worth trying again; EFAULT, SIGBUS, ENOMEM, EDQUOT, EBADF, ETIMEDOUT, SIGKILL when
     *     it is not
     */
    public Errno resolve(Agent agent, SpaceImpl space, long address, Intent intent, int initiator) {
        Errno outcome = attempt(agent, space, address, intent, initiator);
        rooms.cache.after(agent);
        return outcome == Errno.EAGAIN ? supply(agent, space, Pages.floor(address), 1, intent, initiator) : outcome;
    }

    /**
     * Gets what {@link #resolveLocked} answered EAGAIN for: something from outside, or room for a page. Called outside
     * the world with no guard held.
     *
     * @param start address of the first page that was to be resolved
     * @return OK when it is worth trying again
     */
    public Errno supply(Agent agent, SpaceImpl space, long start, int pages, Intent intent, int initiator) {
        DirectReclaim reclaim = agent.directReclaim();
        return reclaim.due(space, start, pages)
                ? reclaim.makeRoom(space)
                : supplies.get(agent, space, start, pages, intent, initiator);
    }

    /**
     * Does what {@link #supply} does for an agent that is in the world once and holds no guard; it leaves meanwhile.
     */
    public Errno supplyWithin(Agent agent, SpaceImpl space, long start, int pages, Intent intent, int initiator) {
        rooms.world.exit(agent);
        try {
            return supply(agent, space, start, pages, intent, initiator);
        } finally {
            rooms.world.enter(agent);
        }
    }

    private Errno attempt(Agent agent, SpaceImpl space, long address, Intent intent, int initiator) {
        rooms.world.enter(agent);
        try {
            agent.count(Stat.CPU_FAULTS);
            rooms.charge(Cost.CPU_FAULT, initiator, initiator, initiator, 1);
            Vma vma = space.vmas().find(address);
            if (vma == null || space.killed() || space.closed()) {
                return unmapped(space);
            }
            if (!vma.protection().allows(intent)) {
                return Errno.EFAULT;
            }
            long entry = space.table().get(address);
            if (Pte.kind(entry) == Pte.NUMA_HINT) {
                return hints.restore(agent, space, address, entry, initiator);
            }
            if (vma.plain() && !vma.dead() && (Pte.kind(entry) == Pte.NONE || Pte.kind(entry) == Pte.ZERO)) {
                rooms.points.reach(Point.FAULT_LOOKED_UP);
                return afterRoom(agent, space, address, anonymous.touch(agent, vma, address, intent, initiator));
            }
            return resolveSlowly(agent, space, address, intent, initiator);
        } finally {
            rooms.world.exit(agent);
        }
    }

    /** {@return how a touch ends where no mapping is, or none any more} */
    private static Errno unmapped(SpaceImpl space) {
        return space.killed() || space.closed() ? space.end() : Errno.EFAULT;
    }

    /** The mapping may have changed before the lock was taken, so it is asked again. */
    private Errno resolveSlowly(Agent agent, SpaceImpl space, long address, Intent intent, int initiator) {
        long stamp = space.lockShared();
        try {
            Vma vma = space.vmas().find(address);
            if (vma == null) {
                return unmapped(space);
            }
            if (!vma.protection().allows(intent)) {
                return Errno.EFAULT;
            }
            return resolveLocked(agent, space, address, intent, space.table().get(address), initiator);
        } finally {
            space.unlockShared(stamp);
        }
    }

    /**
     * Does something about an entry that does not serve an intent; the space's lock is held shared, and the mapping
     * allows the intent.
     *
     * @param entry as read just now
     * @param initiator node of the processor that touches, a CPU or a device
     * @return also EAGAIN: let go of every guard, {@link #supply}, and try again
     */
    public Errno resolveLocked(Agent agent, SpaceImpl space, long address, Intent intent, long entry, int initiator) {
        Vma vma = space.vmas().find(address);
        if (vma == null || space.killed()) {
            return unmapped(space);
        }
        rooms.points.reach(Point.FAULT_LOOKED_UP);
        return afterRoom(agent, space, address, resolve(agent, vma, address, intent, entry, initiator));
    }

    /**
     * {@return OK instead of a lack of memory when pages could be dropped for it, so that the fault comes again; EAGAIN
     * when room can perhaps be made with no guard held}
     */
    private Errno afterRoom(Agent agent, SpaceImpl space, long address, Errno outcome) {
        if (outcome != Errno.ENOMEM && outcome != Errno.EDQUOT) {
            return outcome;
        }
        return rooms.lazyPages.makeRoom(agent, outcome, space.tenant())
                ? Errno.OK
                : agent.directReclaim().postpone(space, address, outcome);
    }

    private Errno resolve(Agent agent, Vma vma, long address, Intent intent, long entry, int initiator) {
        SpaceImpl space = vma.space();
        return switch (Pte.kind(entry)) {
            case Pte.NONE, Pte.ZERO -> missing(agent, vma, address, intent, entry, initiator);
            case Pte.PRESENT ->
                intent.writes() && !Pte.writable(entry)
                        ? copyOnWrite.write(agent, vma, address, entry, initiator)
                        : Errno.OK;
            case Pte.NUMA_HINT -> hints.restore(agent, space, address, entry, initiator);
            case Pte.HINT -> unhint(space, address, entry);
            case Pte.DEVICE_PRIVATE ->
                intent.writes()
                                && rooms.frames.node(Pte.pfn(entry)) == initiator
                                && copyOnWrite.upgrade(agent, vma, address, entry)
                        ? Errno.OK
                        : bringBack(agent, vma, address, initiator);
            case Pte.EXCLUSIVE -> revoke(agent, space, address, entry);
            case Pte.MIGRATING -> await(agent, space, address);
            case Pte.SWAPPED -> Errno.EAGAIN;
            default -> Errno.SIGBUS;
        };
    }

    private Errno missing(Agent agent, Vma vma, long address, Intent intent, long entry, int initiator) {
        if (vma.source() instanceof CachedObject object) {
            return files.touch(agent, vma, object, address, intent, initiator);
        }
        if (vma.userfault() != null && Pte.kind(entry) == Pte.NONE) {
            return Errno.EAGAIN;
        }
        return vma.shared()
                ? shared.touch(agent, vma, address, intent, initiator)
                : anonymous.touch(agent, vma, address, intent, initiator);
    }

    private static Errno unhint(SpaceImpl space, long address, long entry) {
        space.table().replace(address, entry, Pte.withKind(entry, Pte.PRESENT));
        return Errno.OK;
    }

    private Errno revoke(Agent agent, SpaceImpl space, long address, long entry) {
        revoker.revoke(agent, space, address, entry);
        return Errno.OK;
    }

    private Errno await(Agent agent, SpaceImpl space, long address) {
        agent.count(Stat.CPU_WAITS);
        for (int turn = 0; Pte.kind(space.table().get(address)) == Pte.MIGRATING; turn++) {
            rooms.actors.pause(turn);
        }
        return Errno.OK;
    }

    private Errno bringBack(Agent agent, Vma vma, long address, int initiator) {
        rooms.points.reach(Point.BRING_BACK);
        Errno outcome = agent.batch().bringBack(vma, address, initiator);
        if (outcome != Errno.EBUSY) {
            return outcome;
        }
        agent.count(Stat.CPU_WAITS);
        rooms.actors.pause(1);
        return Errno.OK;
    }
}
