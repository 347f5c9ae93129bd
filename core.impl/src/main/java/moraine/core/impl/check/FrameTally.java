package moraine.core.impl.check;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.rmap.MergedPage;
import moraine.core.impl.rmap.Objects;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.vma.Vma;

/** Counts the users of every frame and compares them with what is recorded; charges are the zones' audit's. */
final class FrameTally {
    private final Rooms rooms;
    private final Frames frames;
    private final Objects objects;
    private final Checker.Report report;
    private final Map<Long, Integer> mappings = new HashMap<>();
    private final Map<Long, Integer> duplicates = new HashMap<>();

    FrameTally(Rooms rooms, Checker.Report report) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.objects = rooms.objects;
        this.report = report;
    }

    void mapping(long pfn, long address, SpaceImpl space) {
        mappings.merge(pfn, 1, Integer::sum);
        charged(pfn, address, space);
    }

    /** A device's translation of a duplicate, which has a reference, and counts no mapping. */
    void duplicate(long pfn, long address, SpaceImpl space) {
        duplicates.merge(pfn, 1, Integer::sum);
        charged(pfn, address, space);
    }

    private void charged(long pfn, long address, SpaceImpl space) {
        if (frames.tenant(pfn) != space.tenant() && !ofOthers(pfn)) {
            report.broken(
                    "I12",
                    "frame " + pfn + " at 0x" + Long.toHexString(address) + " of space " + space.name()
                            + " is charged to tenant " + frames.tenant(pfn) + ", not " + space.tenant());
        }
    }

    /** {@return whether it is a page of a file, a buffer or several tenants, charged to who brought it in} */
    private boolean ofOthers(long pfn) {
        MemoryObject object = objects.get(frames.object(pfn));
        return object != null && (object.filled() || object instanceof MergedPage page && page.acrossTenants());
    }

    void compare(List<SpaceImpl> spaces, Collection<? extends MemoryObject> cached) {
        Map<Long, Integer> expected = new HashMap<>(mappings);
        duplicates.forEach((pfn, count) -> expected.merge(pfn, count, Integer::sum));
        Set<MemoryObject> all = objects(spaces);
        all.addAll(cached);
        for (MemoryObject object : all) {
            for (long index = object.next(0); index < object.limit(); index = object.next(index + 1)) {
                long pfn = object.page(index);
                if (pfn >= 0) {
                    expected.merge(pfn, 1, Integer::sum);
                }
            }
        }
        for (int section = 0; section < frames.sections(); section++) {
            if (frames.created(section)) {
                section(section, expected);
            }
        }
    }

    private void section(int section, Map<Long, Integer> expected) {
        long first = frames.firstPfn(section);
        for (long pfn = first; pfn < first + frames.pages(section); pfn++) {
            if (frames.isTail(pfn)) {
                continue;
            }
            int refs = frames.refs(pfn);
            int pins = rooms.pins.count(pfn);
            int wanted = expected.getOrDefault(pfn, 0) + pins;
            if (refs != wanted) {
                report.broken("frame-refs", "frame " + pfn + " has " + refs + " references, but " + wanted + " users");
            }
            int counted = mappings.getOrDefault(pfn, 0);
            if (frames.mappings(pfn) != counted) {
                report.broken(
                        "frame-mappings",
                        "frame " + pfn + " counts " + frames.mappings(pfn) + " mappings, but " + counted
                                + " entries map it");
            }
            pinned(pfn, pins);
            if (frames.locked(pfn)) {
                report.broken("frame-lock", "frame " + pfn + " is locked, but nobody works on it");
            }
        }
    }

    private void pinned(long pfn, int pins) {
        if (frames.flag(pfn, Frames.PINNED) != pins > 0) {
            report.broken("pinned", "frame " + pfn + " has " + pins + " pins, its flag says the opposite");
        }
        MemoryObject object = rooms.objects.get(frames.object(pfn));
        boolean shared = object != null && object.shared();
        if (pins > 0 && !shared && frames.mappings(pfn) > 1) {
            report.broken(
                    "pinned",
                    "private frame " + pfn + " has " + pins + " pins and " + frames.mappings(pfn)
                            + " mappings; one of them will go its own way");
        }
    }

    static Set<MemoryObject> objects(List<SpaceImpl> spaces) {
        Set<MemoryObject> objects = new HashSet<>();
        for (SpaceImpl space : spaces) {
            for (Vma vma : space.vmas().all()) {
                objects.add(vma.object());
            }
        }
        return objects;
    }
}
