package moraine.core.impl.migration;

import java.util.Arrays;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Cost;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.History;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Makes one 2 MiB folio of the pages of a region, and zeros of its holes.
 *
 * <p>Protocol, as a migration of 512 slots with one target. Every page is held (tried, never awaited) and must be
 * mapped once and referred to by nobody else; its entry becomes MIGRATING, zero pages NONE, then everybody is shot
 * down. Under the region's lock it is proven that the entries are still those, so that nobody filled a hole meanwhile;
 * then all sources are frozen and the leaf takes the table's place. What fails before that restores every entry. The
 * space's lock is held shared, so that no fork and no unmapping comes between.
 */
public final class FolioCollapse {
    private static final long KEPT_BITS = Pte.YOUNG | Pte.DIRTY | Pte.SOFT_DIRTY;

    /** Where folios come from. */
    @FunctionalInterface
    public interface Destination {
        /** {@return an unmapped folio of 512 pages for a mapping, or the negated ordinal of an errno} */
        long folio(Agent agent, Vma vma, long base, int initiator);
    }

    private final Rooms rooms;
    private final Frames frames;
    private final ReverseMap reverse;
    private final Destination destination;
    private final Announcements announcements = new Announcements();
    /** By index in the region: a held frame, -1 for a hole. */
    private final long[] sources = new long[Pages.PER_LARGE];

    private long bits;

    public FolioCollapse(Rooms rooms, Destination destination) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.reverse = new ReverseMap(rooms);
        this.destination = destination;
    }

    /**
     * Makes the region one page; the space's lock is held shared, and the mapping covers the region.
     *
     * @return OK; EINVAL where no page is; EAGAIN when somebody holds one; EBUSY when one is shared or pinned; ENOMEM,
     *     EDQUOT or EACCES as the allocation ended
     */
    public Errno collapse(Agent agent, Vma vma, long base) {
        bringHome(agent, vma, base);
        long entry = vma.space().table().get(base);
        if (Pte.large(entry) && Pte.maps(entry)) {
            return Pte.reachable(entry) ? Errno.OK : Errno.EAGAIN;
        }
        Arrays.fill(sources, -1);
        Errno outcome = hold(vma, base);
        if (outcome == Errno.OK) {
            outcome = replace(agent, vma, base);
        }
        if (outcome != Errno.OK) {
            letGo(agent);
        }
        return outcome;
    }

    private void bringHome(Agent agent, Vma vma, long base) {
        int mover = rooms.movers.intern("application");
        agent.batch().order().off(cpu(agent), Reason.BRING_BACK, Cause.USER, mover);
        agent.batch().moveRange(vma.space(), base, base + Pages.LARGE_SIZE);
    }

    private int cpu(Agent agent) {
        return rooms.home(agent.initiator());
    }

    private Errno hold(Vma vma, long base) {
        PageTable table = vma.space().table();
        boolean any = false;
        for (int i = 0; i < Pages.PER_LARGE; i++) {
            long at = base + (long) i * Pages.SIZE;
            long entry = table.get(at);
            if (PageTable.vacant(entry)) {
                continue;
            }
            any = true;
            long pfn = Pte.pfn(entry);
            if (!Pte.reachable(entry) || Pte.large(entry) || !frames.hold(pfn)) {
                return Errno.EAGAIN;
            }
            sources[i] = pfn;
            long now = table.get(at);
            if (!Pte.reachable(now) || Pte.pfn(now) != pfn) {
                return Errno.EAGAIN;
            }
            if (frames.mappings(pfn) != 1 || frames.flag(pfn, Frames.PINNED)) {
                return Errno.EBUSY;
            }
        }
        return any ? Errno.OK : Errno.EINVAL;
    }

    private Errno replace(Agent agent, Vma vma, long base) {
        long begun = rooms.nowNs();
        long head = destination.folio(agent, vma, base, cpu(agent));
        if (head < 0) {
            return Errno.values()[(int) -head];
        }
        for (int turn = 0; !frames.tryLock(head); turn++) {
            rooms.actors.pause(turn);
        }
        announcements.announce(vma.space(), base, Pages.LARGE_SIZE);
        unmap(agent, vma.space(), base);
        boolean alone = alone();
        if (alone) {
            copy(agent, head);
            frames.owner(head, vma.object().id(), vma.index(base));
            long now = rooms.nowNs();
            int mover = rooms.movers.intern("application");
            frames.history(head, History.pack(now, mover, Cause.USER, -1, now - begun));
            frames.addMapped(head);
        }
        boolean installed = alone && install(vma, base, head);
        if (alone && !installed) {
            frames.dropMapped(head);
        }
        end(agent, installed);
        announcements.end();
        agent.letGo(head);
        return installed ? Errno.OK : Errno.EAGAIN;
    }

    private void unmap(Agent agent, SpaceImpl space, long base) {
        PageTable table = space.table();
        bits = 0;
        for (int i = 0; i < Pages.PER_LARGE; i++) {
            long at = base + (long) i * Pages.SIZE;
            if (sources[i] >= 0) {
                reverse.unmap(agent, sources[i], Pages.SIZE, announcements);
                bits |= table.get(at) & KEPT_BITS;
            }
        }
        MiddleTable middle = table.lock(base);
        long[] leaf = middle.leaf(PageTable.region(base));
        for (int i = 0; leaf != null && i < Pages.PER_LARGE; i++) {
            if (Pte.kind(MiddleTable.get(leaf, i)) == Pte.ZERO) {
                MiddleTable.set(leaf, i, Pte.NONE);
            }
        }
        middle.unlock(PageTable.region(base));
        announcements.changed(space);
        announcements.shootDown(agent);
    }

    /** {@return whether nobody but this collapse refers to a source} */
    private boolean alone() {
        for (long source : sources) {
            if (source >= 0 && (frames.mappings(source) != 0 || frames.refs(source) != 1)) {
                return false;
            }
        }
        return true;
    }

    private void copy(Agent agent, long head) {
        int initiator = cpu(agent);
        for (int i = 0; i < Pages.PER_LARGE; i++) {
            if (sources[i] >= 0) {
                frames.copy(sources[i], head + i, 1);
                rooms.charge(Cost.COPY, initiator, frames.node(sources[i]), frames.node(head), Pages.SIZE);
            } else {
                frames.zero(head + i, 1);
                rooms.charge(Cost.ZERO, initiator, initiator, frames.node(head), Pages.SIZE);
            }
        }
    }

    /** Freezes all sources and puts the leaf in the table's place, or does neither. */
    private boolean install(Vma vma, long base, long head) {
        MiddleTable middle = vma.space().table().lock(base);
        int region = PageTable.region(base);
        try {
            long[] leaf = middle.leaf(region);
            if (vma.dead() || leaf == null || !unchanged(leaf) || !freeze()) {
                return false;
            }
            int kind = rooms.types.cpuAddressable(frames.type(head)) ? Pte.PRESENT : Pte.DEVICE_PRIVATE;
            long write = vma.protection().allows(Intent.WRITE) ? Pte.WRITE : 0;
            middle.unhang(region, Pte.of(kind, head, bits | write | Pte.LARGE));
            return true;
        } finally {
            middle.unlock(region);
        }
    }

    private boolean unchanged(long[] leaf) {
        for (int i = 0; i < Pages.PER_LARGE; i++) {
            long entry = MiddleTable.get(leaf, i);
            boolean same = sources[i] < 0
                    ? entry == Pte.NONE
                    : Pte.kind(entry) == Pte.MIGRATING && Pte.pfn(entry) == sources[i];
            if (!same) {
                return false;
            }
        }
        return true;
    }

    private boolean freeze() {
        for (int i = 0; i < Pages.PER_LARGE; i++) {
            if (sources[i] >= 0 && !frames.freeze(sources[i], 1)) {
                while (--i >= 0) {
                    if (sources[i] >= 0) {
                        frames.unfreeze(sources[i], 1);
                    }
                }
                return false;
            }
        }
        return true;
    }

    /** Frees the sources, or restores their entries. */
    private void end(Agent agent, boolean installed) {
        for (int i = 0; i < Pages.PER_LARGE; i++) {
            long source = sources[i];
            if (source >= 0 && installed) {
                sources[i] = -1;
                frames.unlock(source);
                rooms.allocator.free(agent.worker(), source);
            } else if (source >= 0) {
                reverse.remap(agent, source, source);
            }
        }
        if (installed) {
            agent.count(Stat.COLLAPSED_FOLIOS);
        }
    }

    private void letGo(Agent agent) {
        for (long source : sources) {
            if (source >= 0) {
                agent.letGo(source);
            }
        }
    }
}
