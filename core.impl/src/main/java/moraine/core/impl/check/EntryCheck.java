package moraine.core.impl.check;

import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.impl.Rooms;
import moraine.core.impl.cache.FileObject;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.rmap.MergedPage;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/** Checks the CPU table of one space, entry by entry. */
final class EntryCheck {
    private final Rooms rooms;
    private final Frames frames;
    private final SpaceImpl space;
    private final FrameTally tally;
    private final SwapCheck swap;
    private final Checker.Report report;

    EntryCheck(Rooms rooms, SpaceImpl space, FrameTally tally, SwapCheck swap, Checker.Report report) {
        this.swap = swap;
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.space = space;
        this.tally = tally;
        this.report = report;
    }

    void check() {
        space.table().regions(0, Pages.ADDRESS_LIMIT, this::region);
    }

    private void region(MiddleTable middle, long address) {
        int region = PageTable.region(address);
        if (middle.locked(region)) {
            broken("region-lock", address, middle.entry(region), "its region is locked");
        }
        long entry = middle.entry(region);
        if (Pte.kind(entry) != Pte.TABLE) {
            large(address, entry);
            return;
        }
        long[] leaf = middle.leaf(region);
        for (int index = 0; leaf != null && index < Pages.PER_LARGE; index++) {
            long at = address + ((long) index << Pages.SHIFT);
            long small = MiddleTable.get(leaf, index);
            if (small != Pte.NONE) {
                if (Pte.large(small)) {
                    broken("leaf-level", at, small, "a 2 MiB leaf stands in a table of 4 KiB pages");
                }
                entry(at, small);
            }
        }
    }

    private void large(long address, long entry) {
        if (!Pte.large(entry)) {
            broken("leaf-level", address, entry, "a 4 KiB entry stands in a table of regions");
            return;
        }
        Vma vma = space.vmas().find(address);
        if (vma == null || !vma.covers(address, address + Pages.LARGE_SIZE)) {
            broken("leaf-level", address, entry, "its 2 MiB are not within one mapping");
        }
        long pfn = Pte.pfn(entry);
        if (Pte.kind(entry) == Pte.ZERO) {
            entry(address, entry);
            return;
        }
        if ((pfn & Pages.PER_LARGE - 1) != 0 || frames.order(pfn) != Pages.LARGE_ORDER) {
            broken("leaf-level", address, entry, "its frame is no head of a 2 MiB folio");
        }
        entry(address, entry);
    }

    private void entry(long address, long entry) {
        Vma vma = space.vmas().find(address);
        if (vma == null || vma.dead()) {
            broken("entry-mapped", address, entry, "no living mapping covers it");
            return;
        }
        if (Pte.writable(entry) && vma.protection() != Protection.READ_WRITE) {
            broken("entry-protection", address, entry, "it is writable in a mapping that allows " + vma.protection());
        }
        switch (Pte.kind(entry)) {
            case Pte.PRESENT, Pte.NUMA_HINT -> {
                if (vma.protection() == Protection.NONE) {
                    broken("entry-protection", address, entry, "it is present in a mapping that allows nothing");
                }
                mapped(vma, address, entry, true);
            }
            case Pte.HINT -> mapped(vma, address, entry, true);
            case Pte.EXCLUSIVE -> {
                if (vma.shared() || Pte.large(entry)) {
                    broken("exclusive", address, entry, "it is shared or a 2 MiB leaf, but exclusive to a device");
                }
                mapped(vma, address, entry, true);
            }
            case Pte.DEVICE_PRIVATE -> mapped(vma, address, entry, false);
            case Pte.MIGRATING -> broken("I5", address, entry, "it is migrating, but nobody migrates");
            case Pte.ZERO -> {
                if (Pte.writable(entry) || vma.source() != null || vma.shared()) {
                    broken(
                            "zero-page",
                            address,
                            entry,
                            "the zero page is writable, or in memory that is shared or shows a file");
                }
            }
            case Pte.SWAPPED -> {
                String wrong = swap.entry(entry, !vma.shared() && !Pte.large(entry));
                if (!wrong.isEmpty()) {
                    broken("swapped", address, entry, wrong);
                }
            }
            default -> broken("entry-kind", address, entry, "nothing makes entries of this kind");
        }
    }

    private void mapped(Vma vma, long address, long entry, boolean cpuAddressable) {
        long pfn = Pte.pfn(entry);
        if (!frames.exists(pfn) || frames.refs(pfn) == 0) {
            broken("frame-free", address, entry, "its frame is free");
            return;
        }
        if (rooms.types.cpuAddressable(frames.type(pfn)) != cpuAddressable) {
            broken(
                    "I4",
                    address,
                    entry,
                    "its frame's type " + rooms.types.type(frames.type(pfn)).name() + " does not agree with its kind");
        }
        if (frames.isTail(pfn) || frames.order(pfn) == Pages.LARGE_ORDER != Pte.large(entry)) {
            broken("folio-leaf", address, entry, "a folio of 2 MiB is mapped below its leaf");
        }
        if (rooms.objects.get(frames.object(pfn)) instanceof MergedPage page) {
            merged(vma, page, pfn, address, entry);
        } else {
            owned(vma, pfn, address, entry);
        }
        tally.mapping(pfn, address, space);
    }

    private void owned(Vma vma, long pfn, long address, long entry) {
        Vma.Below under = vma.below();
        boolean below = under != null && frames.object(pfn) == under.object().id();
        MemoryObject object = under != null && below ? under.object() : vma.object();
        long index = below ? vma.sourceIndex(address) : vma.index(address);
        if (frames.object(pfn) != object.id() || frames.index(pfn) != index) {
            broken(
                    "reverse-map",
                    address,
                    entry,
                    "its frame belongs to object " + frames.object(pfn) + " index " + frames.index(pfn) + ", not to "
                            + object.id() + " index " + index);
        }
        if (!object.mappings().contains(vma)) {
            broken("reverse-map", address, entry, "its object does not list its mapping");
        }
        if (object.shared() && object.page(index) != pfn) {
            broken("shared-page", address, entry, "its object has frame " + object.page(index) + " there");
        }
        if (Pte.writable(entry)) {
            writable(object, below, pfn, address, entry);
        }
        if (object instanceof FileObject file) {
            ofFile(file, index, address, entry, below);
        }
    }

    private void writable(MemoryObject object, boolean below, long pfn, long address, long entry) {
        if (!object.shared() && frames.mappings(pfn) > 1) {
            broken(
                    "I5",
                    address,
                    entry,
                    "it is writable, but its private frame has " + frames.mappings(pfn) + " mappings");
        }
        if (frames.flag(frames.head(pfn), Frames.LAZY)) {
            broken("lazy", address, entry, "it is writable, but its frame's content may be dropped");
        }
        if (below) {
            broken("file-private", address, entry, "a private mapping may write to what others see");
        }
    }

    private void merged(Vma vma, MergedPage page, long pfn, long address, long entry) {
        MemoryObject object = vma.object();
        if (page.frame() != pfn
                || !page.standsFor(object, vma.index(address))
                || !object.mappings().contains(vma)) {
            broken(
                    "reverse-map",
                    address,
                    entry,
                    "its merged page is frame " + page.frame() + " and has " + page.sites()
                            + " sites; none leads to object " + object.id() + " index " + vma.index(address));
        }
        if (Pte.writable(entry) || (entry & Pte.DUPLICATED) == 0 || Pte.kind(entry) == Pte.EXCLUSIVE) {
            broken("merged", address, entry, "it maps a merged page, but is writable, unmarked or a device's alone");
        }
        int flags = Frames.PINNED | Frames.UNEVICTABLE | Frames.HEAD;
        if (!rooms.merging.holdable(frames.type(pfn)) || frames.flag(pfn, flags) || vma.shared()) {
            broken("merged", address, entry, "its merged page is of a type or use that forbids it");
        }
    }

    private void ofFile(FileObject file, long index, long address, long entry, boolean below) {
        if (index >= file.pages()) {
            broken("file-end", address, entry, "its file has " + file.pages() + " pages, and this is page " + index);
        }
        if (!below && Pte.writable(entry) && !file.dirty(index)) {
            broken("file-dirty", address, entry, "it is writable, but page " + index + " of its file is clean");
        }
    }

    private void broken(String invariant, long address, long entry, String what) {
        report.broken(
                invariant,
                "space " + space.name() + " 0x" + Long.toHexString(address) + " " + Pte.text(entry) + ": " + what);
    }
}
