package moraine.core.impl.check;

import java.util.HashMap;
import java.util.Map;
import moraine.core.impl.Rooms;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.swap.SwapSlots;
import moraine.core.impl.tables.Pte;

/** Counts the entries and objects that name each swap slot and compares them with the slots' users. */
final class SwapCheck {
    private final SwapSlots slots;
    private final Checker.Report report;
    private final Map<Long, Integer> users = new HashMap<>();

    SwapCheck(Rooms rooms, Checker.Report report) {
        this.slots = rooms.swap.slots();
        this.report = report;
    }

    /** {@return what is wrong with an entry, which is SWAPPED and counted, or an empty text} */
    String entry(long entry, boolean plain) {
        long slot = Pte.pfn(entry);
        if (slot >= slots.total()) {
            return "swap has " + slots.total() + " slots only";
        }
        users.merge(slot, 1, Integer::sum);
        if (!plain) {
            return "it is of shared memory, whose object names slots";
        }
        return Pte.writable(entry) && slots.users(slot) > 1
                ? "it is to be writable, but " + slots.users(slot) + " entries name its slot"
                : "";
    }

    /** Counts the slots of a shared object. */
    void object(MemoryObject object) {
        for (long index = 0; index < object.limit(); index = object.next(index + 1)) {
            long slot = object.slot(index);
            if (slot >= 0) {
                users.merge(slot, 1, Integer::sum);
            }
        }
    }

    void compare() {
        int used = 0;
        for (long slot = 0; slot < slots.total(); slot++) {
            int counted = users.getOrDefault(slot, 0);
            used += slots.users(slot) > 0 ? 1 : 0;
            if (slots.users(slot) != counted) {
                report.broken(
                        "swap-slot",
                        "slot " + slot + " has " + slots.users(slot) + " users, but " + counted
                                + " entries and objects name it");
            }
        }
        if (slots.total() - slots.free() < used) {
            report.broken(
                    "swap-slot",
                    used + " of " + slots.total() + " slots are in use, but " + slots.free() + " count as free");
        }
    }
}
