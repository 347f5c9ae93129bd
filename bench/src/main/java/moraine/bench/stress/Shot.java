package moraine.bench.stress;

import moraine.core.api.driver.PageFault;
import moraine.core.api.host.DeviceAccess;
import moraine.core.impl.access.DeviceAccessImpl;
import moraine.core.impl.mirror.DeviceTable;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;

/** A page of a table of its own, a context that may hold its translation, and a shoot-down that takes it away. */
class Shot {
    static final int OLD = 1;
    static final int REUSED = 2;
    static final int FAULTED = -1;

    final long pfn = Shared.frame(OLD);
    private final DeviceTable table = Shared.table();
    private final DeviceAccess context;

    /** @param warm whether the context holds the translation already */
    Shot(boolean warm) {
        context = new DeviceAccessImpl(Shared.rooms(), table, (address, intent) -> {});
        table.lock();
        table.install(Shared.ADDRESS, Pte.of(Pte.PRESENT, pfn, Pte.WRITE));
        table.unlock();
        if (warm) {
            context.putLong(Shared.ADDRESS, OLD);
        }
    }

    /** {@return what is read through the context, or FAULTED} */
    int load() {
        try {
            return (int) context.getLong(Shared.ADDRESS);
        } catch (PageFault fault) {
            return FAULTED;
        }
    }

    /** Stores through the context. @return whether that was possible */
    boolean store(int value) {
        try {
            context.putLong(Shared.ADDRESS, value);
            return true;
        } catch (PageFault fault) {
            return false;
        }
    }

    /** Clears the entry and waits; the frame is the caller's afterwards. */
    void shootDown() {
        MiddleTable middle = table.table().lock(Shared.ADDRESS);
        long[] leaf = middle.leaf(PageTable.region(Shared.ADDRESS));
        if (leaf != null) {
            MiddleTable.set(leaf, PageTable.index(Shared.ADDRESS), Pte.NONE);
        }
        table.contexts().shootDown(null);
        middle.unlock(PageTable.region(Shared.ADDRESS));
    }
}
