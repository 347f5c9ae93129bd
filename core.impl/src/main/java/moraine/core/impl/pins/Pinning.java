package moraine.core.impl.pins;

import java.util.LinkedHashSet;
import java.util.Set;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.cache.FileObject;
import moraine.core.impl.faults.CpuFaults;
import moraine.core.impl.frames.FrameWord;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * A pin in the making: each page is faulted in as if a CPU touched it, moved home where its type's rule says so, and
 * held.
 *
 * <p>A private page is made the space's own first, even for reading: writable where the mapping allows it, else the
 * only mapping of its frame, which is not merged (Linux FAULT_FLAG_UNSHARE). So no later write takes the mapping off to
 * a copy while the pin stays behind. With the space's lock held shared no fork comes between.
 */
final class Pinning {
    private final Rooms rooms;
    private final Frames frames;
    private final CpuFaults faults;
    private final Agent agent;
    private final SpaceImpl space;
    private final PinKind kind;
    private final Intent intent;
    private final Set<FileObject> files = new LinkedHashSet<>();
    private long pinned = -1;
    private int moves;
    /** What the last attempt asked for that has to come from outside, as a handler's answer or a file's page. */
    private @Nullable Intent wanted;

    Pinning(Rooms rooms, CpuFaults faults, Agent agent, SpaceImpl space, PinKind kind, Intent intent) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.faults = faults;
        this.agent = agent;
        this.space = space;
        this.kind = kind;
        this.intent = intent;
    }

    /** {@return what is done about a page, for people} */
    String text(long page) {
        return kind + " pin for " + intent + " of 0x" + Long.toHexString(page) + " in space " + space.name();
    }

    /** {@return files that were kept from ending, so that what is stored through the pin reaches them} */
    Set<FileObject> files() {
        return files;
    }

    /** {@return the frame of the page that was pinned last} */
    long pfn() {
        return pinned;
    }

    /** Pins a page; what it waits for from outside a few times is not of its deadline. @return OK, or why not */
    Errno page(long page) {
        agent.touchEnds();
        long begun = rooms.nowNs();
        moves = 0;
        int supplies = 0;
        for (int attempt = 0; ; attempt++) {
            Errno outcome = attempt(page);
            Intent missing = wanted;
            if (missing != null) {
                wanted = null;
                long asked = rooms.nowNs();
                outcome = faults.supplyWithin(agent, space, page, 1, missing, rooms.home(0));
                begun += supplies++ < rooms.tuning.reclaimRetries ? rooms.nowNs() - asked : 0;
                outcome = outcome == Errno.OK ? Errno.EAGAIN : outcome;
            }
            if (outcome != Errno.EAGAIN) {
                return outcome;
            }
            if (moves > rooms.tuning.pinMoves || rooms.late(attempt, begun)) {
                return Errno.EBUSY;
            }
        }
    }

    /** {@return EAGAIN when the page came a step nearer, or somebody else had it} */
    private Errno attempt(long page) {
        long stamp = space.lockShared();
        try {
            if (space.closed()) {
                return Errno.EBADF;
            }
            Vma vma = space.vmas().find(page);
            if (vma == null || !vma.protection().allows(intent)) {
                return Errno.EFAULT;
            }
            if (intent.writes() && vma.shared() && vma.object() instanceof FileObject file && files.add(file)) {
                rooms.cache.keep(file);
            }
            long entry = space.table().get(page);
            return Pte.reachable(entry) && own(vma, entry) ? hold(vma, page, entry) : prepare(vma, page, entry);
        } finally {
            space.unlockShared(stamp);
        }
    }

    /** {@return whether a later write will find this frame and not copy it} */
    private boolean own(Vma vma, long entry) {
        if (Pte.writable(entry)) {
            return true;
        }
        if (vma.shared()) {
            return !intent.writes();
        }
        long pfn = Pte.pfn(entry);
        return vma.protection() != Protection.READ_WRITE
                && frames.mappings(pfn) == 1
                && !rooms.merging.merged(pfn)
                && !vma.shows(frames.object(pfn));
    }

    private Errno prepare(Vma vma, long page, long entry) {
        boolean mapped = Pte.maps(entry);
        int cpu = rooms.home(mapped ? frames.node(Pte.pfn(entry)) : 0);
        Intent needed = vma.shared() ? intent : Intent.WRITE;
        Errno outcome = faults.resolveLocked(agent, space, page, needed, entry, cpu);
        wanted = outcome == Errno.EAGAIN ? needed : null;
        return outcome == Errno.OK ? Errno.EAGAIN : outcome;
    }

    /**
     * Takes a reference on the frame that an entry named, and the lock, and proves by the entry that the frame still is
     * the page's (Linux gup_fast_pte_range): it was read without a lock, and may be another's page by now.
     */
    private Errno hold(Vma vma, long page, long entry) {
        long pfn = Pte.pfn(entry);
        rooms.points.reach(Point.FRAME_LOOKED_UP);
        if (!frames.getUnlessZero(pfn)) {
            return frames.refs(pfn) == FrameWord.REFS_MAX ? Errno.EOVERFLOW : Errno.EAGAIN;
        }
        rooms.points.reach(Point.PIN_REFERENCED);
        PinRule rule = PinRule.ALLOW;
        Errno outcome = Errno.EAGAIN;
        if (frames.tryLock(pfn)) {
            long now = space.table().get(page);
            if (Pte.reachable(now) && Pte.pfn(now) == pfn && own(vma, now)) {
                rule = rule(pfn);
                outcome = rule == PinRule.DENY ? Errno.EACCES : outcome;
                if (rule == PinRule.ALLOW) {
                    rooms.pins.add(frames.head(pfn));
                    pinned = pfn;
                    outcome = Errno.OK;
                }
            }
            frames.unlock(pfn);
        } else {
            rooms.actors.pause(1);
        }
        if (outcome != Errno.OK) {
            agent.put(pfn);
        }
        return rule == PinRule.MIGRATE_FIRST ? moveHome(page, pfn) : outcome;
    }

    private PinRule rule(long pfn) {
        MemoryType type = rooms.types.type(frames.type(pfn));
        return kind == PinKind.SHORT ? type.pinShort() : type.pinLong();
    }

    private Errno moveHome(long page, long pfn) {
        int mover = rooms.movers.intern("application");
        agent.batch().order().off(rooms.home(frames.node(pfn)), Reason.USER_MIGRATE, Cause.USER, mover);
        agent.batch().moveRange(space, page, page + Pages.SIZE);
        moves++;
        return agent.batch().full() ? Errno.EBUSY : Errno.EAGAIN;
    }
}
