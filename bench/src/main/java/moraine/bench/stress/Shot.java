package moraine.bench.stress;

import moraine.core.api.driver.PageFault;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.model.Pages;
import moraine.core.impl.access.DeviceAccessImpl;
import moraine.core.impl.mirror.DeviceTable;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;

/**
 * Two pages of a table of its own, a context that may hold their translations, and shoot-downs that take them away.
 * Most tests need the first page only.
 */
class Shot {
    static final int OLD = 1;
    static final int REUSED = 2;
    static final int FAULTED = -1;

    private static final int PAGES = 2;

    final long pfn = Shared.frame(OLD);
    private final long[] pfns = {pfn, Shared.frame(OLD)};
    private final DeviceTable table = Shared.table();
    private final DeviceAccess context;

    /** @param warm whether the context holds the translation already */
    Shot(boolean warm) {
        context = new DeviceAccessImpl(Shared.rooms(), table, (address, intent) -> {});
        table.lock();
        for (int page = 0; page < PAGES; page++) {
            table.install(address(page), Pte.of(Pte.PRESENT, pfns[page], Pte.WRITE));
        }
        table.unlock();
        for (int page = 0; warm && page < PAGES; page++) {
            context.putLong(address(page), OLD);
        }
    }

    private static long address(int page) {
        return Shared.ADDRESS + (long) page * Pages.SIZE;
    }

    /** {@return what is read through the context, or FAULTED} */
    int load() {
        return load(0);
    }

    int load(int page) {
        try {
            return (int) context.getLong(address(page));
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
        shootDown(0);
    }

    private void shootDown(int page) {
        long at = address(page);
        MiddleTable middle = table.table().lock(at);
        long[] leaf = middle.leaf(PageTable.region(at));
        if (leaf != null) {
            MiddleTable.set(leaf, PageTable.index(at), Pte.NONE);
        }
        table.contexts().shootDown(null);
        middle.unlock(PageTable.region(at));
    }

    /** Takes a page away and uses its frame. */
    void reuse(int page) {
        shootDown(page);
        Shared.poke(pfns[page], REUSED);
    }
}
