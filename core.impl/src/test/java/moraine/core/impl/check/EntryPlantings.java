package moraine.core.impl.check;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;

/** Faults in the CPU's entries. */
final class EntryPlantings {
    private EntryPlantings() {}

    static List<Planting> all() {
        return List.of(
                Planting.of("region-lock", "a region stays locked", EntryPlantings::lockRegion),
                Planting.of(
                        "leaf-level",
                        "a 2 MiB entry in a leaf table",
                        s -> s.put(s.zero(), s.entry(s.zero()) | Pte.LARGE)),
                Planting.of("leaf-level", "a leaf reaches into another mapping", EntryPlantings::cutLeaf),
                Planting.of("leaf-level", "a 4 KiB entry in a table of regions", EntryPlantings::hangEntry),
                new Planting(
                        "leaf-level",
                        "a 2 MiB leaf of a page of 4 KiB",
                        Set.of("leaf-level", "folio-leaf", "reverse-map", "frame-refs", "frame-mappings"),
                        EntryPlantings::stretch),
                new Planting(
                        "exclusive",
                        "a device has shared memory alone",
                        Set.of("exclusive"),
                        s -> s.put(s.shared, Pte.withKind(s.entry(s.shared), Pte.EXCLUSIVE))),
                Planting.of(
                        "entry-mapped",
                        "an entry outlives its mapping",
                        s -> s.put(s.unmapped(), Pte.of(Pte.ZERO, 0, 0))),
                Planting.of("entry-protection", "writable in a read-only mapping", EntryPlantings::allowWrites),
                Planting.of("entry-protection", "present in a mapping that allows nothing", EntryPlantings::allowReads),
                Planting.of(
                        "entry-protection", "a hint waits in a mapping that allows nothing", EntryPlantings::leaveHint),
                Planting.of(
                        "entry-kind",
                        "a poisoned page, but nothing poisons",
                        s -> s.put(s.untouched(), Pte.of(Pte.POISONED, 1, 0))),
                Planting.of(
                        "swapped",
                        "swapped out to a slot that there is not",
                        s -> s.put(s.untouched(), Pte.of(Pte.SWAPPED, Scene.SLOTS, 0))),
                Planting.of("swapped", "writable in two mappings", EntryPlantings::shareSlot),
                new Planting(
                        "swapped",
                        "shared memory, whose object names slots",
                        Set.of("swapped", "swap-slot", "frame-refs", "frame-mappings"),
                        s -> s.put(s.shared, s.entry(s.swapped))),
                Planting.of(
                        "swap-slot",
                        "an entry that the slot does not count",
                        s -> s.put(s.untouched(), Pte.of(Pte.SWAPPED, 1, 0))),
                Planting.of("swap-slot", "a slot that nobody gave up", EntryPlantings::keepSlot),
                Planting.of("zero-page", "writable", s -> s.put(s.zero(), Pte.of(Pte.ZERO, 0, Pte.WRITE))),
                Planting.of("I5", "a page migrates for ever", s -> s.put(s.untouched(), Pte.of(Pte.MIGRATING, 1, 0))),
                Planting.of("I5", "a fork left one side writable", EntryPlantings::allowOneSide),
                Planting.of(
                        "I4",
                        "RAM under a device-private entry",
                        s -> s.put(s.small, Pte.withKind(s.entry(s.small), Pte.DEVICE_PRIVATE))),
                Planting.of("frame-free", "an entry maps a free frame", EntryPlantings::mapFree),
                Planting.of("folio-leaf", "a folio mapped by a 4 KiB entry", EntryPlantings::mapBelowLeaf),
                Planting.of("reverse-map", "a frame thinks that it is elsewhere", EntryPlantings::misplace),
                Planting.of("reverse-map", "an object does not know its mapping", EntryPlantings::unlist),
                Planting.of("shared-page", "the object has its pages in another order", EntryPlantings::swapShared));
    }

    private static Runnable lockRegion(Scene scene) {
        MiddleTable middle = scene.middle(scene.small);
        middle.lock(PageTable.region(scene.small), scene.rooms.actors);
        return () -> middle.unlock(PageTable.region(scene.small));
    }

    /** 2 MiB of the zero page where the mapping has a few pages. */
    private static Runnable cutLeaf(Scene scene) {
        long at = scene.space.mmap(MapRequest.anonymous(Pages.SIZE).aligned(Pages.LARGE_SIZE));
        MiddleTable middle = scene.space.table().middleForInstall(at);
        middle.entry(PageTable.region(at), Pte.of(Pte.ZERO, 0, Pte.LARGE));
        return () -> middle.entry(PageTable.region(at), Pte.NONE);
    }

    private static Runnable hangEntry(Scene scene) {
        long at = scene.space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
        MiddleTable middle = scene.space.table().middleForInstall(at);
        middle.entry(PageTable.region(at), Pte.of(Pte.ZERO, 0, 0));
        return () -> middle.entry(PageTable.region(at), Pte.NONE);
    }

    private static Runnable stretch(Scene scene) {
        long at = scene.space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
        MiddleTable middle = scene.space.table().middleForInstall(at);
        middle.entry(PageTable.region(at), Pte.of(Pte.PRESENT, scene.pfn(scene.small), Pte.LARGE));
        return () -> middle.entry(PageTable.region(at), Pte.NONE);
    }

    private static Runnable unlist(Scene scene) {
        var vma = Objects.requireNonNull(scene.space.vmas().find(scene.small));
        vma.object().mappings().remove(vma);
        return () -> vma.object().mappings().add(vma);
    }

    private static Runnable allowWrites(Scene scene) {
        scene.space.mprotect(scene.small, Pages.SIZE, Protection.READ);
        return scene.put(scene.small, scene.entry(scene.small) | Pte.WRITE);
    }

    private static Runnable allowReads(Scene scene) {
        scene.space.mprotect(scene.small, Pages.SIZE, Protection.NONE);
        return scene.put(scene.small, Pte.withKind(scene.entry(scene.small), Pte.PRESENT));
    }

    private static Runnable leaveHint(Scene scene) {
        scene.space.mprotect(scene.small, Pages.SIZE, Protection.NONE);
        return scene.put(scene.small, Pte.withKind(scene.entry(scene.small), Pte.NUMA_HINT));
    }

    private static Runnable allowOneSide(Scene scene) {
        var child = scene.space.fork("child");
        Runnable undo = scene.put(scene.small, scene.entry(scene.small) | Pte.WRITE);
        return () -> {
            undo.run();
            child.close();
        };
    }

    private static Runnable shareSlot(Scene scene) {
        var child = scene.space.fork("child");
        Runnable undo = scene.put(scene.swapped, scene.entry(scene.swapped) | Pte.WRITE);
        return () -> {
            undo.run();
            child.close();
        };
    }

    private static Runnable keepSlot(Scene scene) {
        var slots = scene.rooms.swap.slots();
        long slot = Pte.pfn(scene.entry(scene.swapped));
        Runnable undo = scene.put(scene.swapped, scene.entry(scene.swapped) & ~Pte.WRITE);
        slots.add(slot);
        return () -> {
            slots.drop(slot);
            undo.run();
        };
    }

    private static Runnable mapFree(Scene scene) {
        long pfn = scene.pfn(scene.small);
        while (scene.rooms.frames.refs(pfn) > 0) {
            pfn++;
        }
        return scene.put(scene.untouched(), Pte.of(Pte.PRESENT, pfn, 0));
    }

    private static Runnable mapBelowLeaf(Scene scene) {
        MiddleTable middle = scene.middle(scene.large);
        int region = PageTable.region(scene.large);
        long entry = middle.entry(region);
        long[] leaf = new long[Pages.PER_LARGE];
        leaf[0] = entry & ~Pte.LARGE;
        middle.hang(region, leaf);
        return () -> middle.unhang(region, entry);
    }

    private static Runnable misplace(Scene scene) {
        var frames = scene.rooms.frames;
        long pfn = scene.pfn(scene.small);
        long object = frames.object(pfn);
        long index = frames.index(pfn);
        frames.owner(pfn, object, index + 1);
        return () -> frames.owner(pfn, object, index);
    }

    private static Runnable swapShared(Scene scene) {
        var object = java.util.Objects.requireNonNull(scene.space.vmas().find(scene.shared))
                .object();
        long first = object.page(0);
        long second = object.page(1);
        object.page(0, second);
        object.page(1, first);
        return () -> {
            object.page(0, first);
            object.page(1, second);
        };
    }
}
