package moraine.core.impl.check;

import java.util.HashMap;
import java.util.Map;
import moraine.core.api.model.Pages;
import moraine.core.impl.Rooms;
import moraine.core.impl.access.AccessContext;
import moraine.core.impl.access.Contexts;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.mirror.DeviceTable;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;

/** Checks that devices' tables agree with the CPU's (I1), and every TLB with its table (I2). */
final class MirrorCheck {
    private final Rooms rooms;
    private final SpaceImpl space;
    private final FrameTally tally;
    private final Checker.Report report;
    private final Map<Long, Integer> holders = new HashMap<>();

    MirrorCheck(Rooms rooms, SpaceImpl space, FrameTally tally, Checker.Report report) {
        this.rooms = rooms;
        this.space = space;
        this.tally = tally;
        this.report = report;
    }

    void check() {
        for (DeviceTable table : space.devices().all()) {
            table.table().regions(0, Pages.ADDRESS_LIMIT, (middle, address) -> region(table, middle, address));
            translations(table.contexts(), table.table(), "device node " + table.node());
        }
        translations(space.contexts(), space.table(), "CPU");
    }

    private void region(DeviceTable table, MiddleTable middle, long address) {
        int region = PageTable.region(address);
        if (Pte.large(middle.entry(region))) {
            large(table, address, middle.entry(region));
            return;
        }
        long[] leaf = middle.leaf(region);
        for (int index = 0; leaf != null && index < Pages.PER_LARGE; index++) {
            long entry = MiddleTable.get(leaf, index);
            if (entry != Pte.NONE) {
                entry(table, address + ((long) index << Pages.SHIFT), entry);
            }
        }
    }

    /** A device's leaf mirrors a leaf of the CPU's, of the same folio. */
    private void large(DeviceTable table, long address, long entry) {
        long cpu = space.table().get(address);
        if (!Pte.large(cpu)) {
            report.broken(
                    "I1",
                    where(address) + ": device node " + table.node() + " has 2 MiB at " + Pte.text(entry)
                            + ", the CPU has small pages, the first " + Pte.text(cpu));
            return;
        }
        entry(table, address, entry);
    }

    private void entry(DeviceTable table, long address, long entry) {
        long cpu = space.table().get(address);
        if ((entry & Pte.DUPLICATE) != 0) {
            duplicate(table, address, entry, cpu);
            return;
        }
        boolean agrees = switch (Pte.kind(cpu)) {
            case Pte.ZERO -> Pte.kind(entry) == Pte.ZERO;
            case Pte.PRESENT, Pte.NUMA_HINT, Pte.DEVICE_PRIVATE, Pte.EXCLUSIVE ->
                Pte.kind(entry) == Pte.PRESENT && Pte.pfn(cpu) == Pte.pfn(entry);
            default -> false;
        };
        exclusive(table, address, entry, cpu);
        if (!agrees || Pte.writable(entry) && !Pte.writable(cpu)) {
            report.broken(
                    "I1",
                    where(address) + ": device node " + table.node() + " has " + Pte.text(entry) + ", the CPU has "
                            + Pte.text(cpu));
        }
        if (Pte.kind(cpu) == Pte.DEVICE_PRIVATE) {
            int holder = rooms.frames.node(Pte.pfn(cpu));
            if (!table.owner().equals(rooms.owner(holder))) {
                report.broken(
                        "I10",
                        where(address) + ": device of owner " + table.owner() + " maps a private page of owner "
                                + rooms.owner(holder));
            }
        }
    }

    private void duplicate(DeviceTable table, long address, long entry, long cpu) {
        long copy = Pte.pfn(entry);
        tally.duplicate(copy, address, space);
        boolean readOnly = Pte.reachable(cpu)
                && !Pte.writable(cpu)
                && (cpu & Pte.DUPLICATED) != 0
                && !Pte.writable(entry)
                && frames().mappings(copy) == 0;
        if (!readOnly || frames().node(copy) != table.node() || !copies(copy, Pte.pfn(cpu))) {
            report.broken(
                    "duplicate",
                    where(address) + ": device node " + table.node() + " has duplicate " + Pte.text(entry)
                            + " of object " + frames().object(copy) + " index " + frames().index(copy)
                            + ", the CPU has " + Pte.text(cpu));
        }
    }

    /** {@return whether a frame shows what another does, as a copy of it} */
    private boolean copies(long copy, long original) {
        return frames().object(copy) == frames().object(original)
                && frames().index(copy) == frames().index(original)
                && frames().sameContent(copy, original);
    }

    private Frames frames() {
        return rooms.frames;
    }

    private void exclusive(DeviceTable table, long address, long entry, long cpu) {
        boolean right = (entry & Pte.ATOMIC) != 0;
        if (right != (Pte.kind(cpu) == Pte.EXCLUSIVE)) {
            report.broken(
                    "exclusive",
                    where(address) + ": device node " + table.node() + " has " + Pte.text(entry)
                            + (right ? " as its own" : " as one of many") + ", the CPU has " + Pte.text(cpu));
            return;
        }
        Integer other = right ? holders.put(address, table.node()) : null;
        if (other != null) {
            report.broken(
                    "exclusive",
                    where(address) + ": devices of nodes " + other + " and " + table.node() + " have it exclusively");
        }
    }

    private void translations(Contexts contexts, PageTable table, String whose) {
        for (AccessContext context : contexts.list()) {
            context.translations((address, pfn, writable) -> {
                long entry = table.get(address);
                boolean agrees =
                        pfn < 0 ? Pte.kind(entry) == Pte.ZERO : Pte.kind(entry) == Pte.PRESENT && Pte.pfn(entry) == pfn;
                if (!agrees || writable && !Pte.writable(entry)) {
                    report.broken(
                            "I2",
                            where(address) + ": a TLB of " + whose + " has frame " + pfn + (writable ? " W" : " R")
                                    + ", the table has " + Pte.text(entry));
                }
            });
        }
    }

    private String where(long address) {
        return "space " + space.name() + " 0x" + Long.toHexString(address);
    }
}
