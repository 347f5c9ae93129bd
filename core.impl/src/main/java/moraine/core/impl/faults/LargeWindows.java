package moraine.core.impl.faults;

import moraine.core.api.model.Pages;
import moraine.core.impl.Rooms;
import moraine.core.impl.host.Regime;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.space.Spaces;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * How many pages move along with a faulting one: all 512 where they are one folio, or would be made as one, unless the
 * batch then asks for more than half of the device.
 */
final class LargeWindows {
    private final Rooms rooms;
    private final Spaces spaces;
    private final int node;
    private boolean roomy;

    LargeWindows(Rooms rooms, Spaces spaces, int node) {
        this.rooms = rooms;
        this.spaces = spaces;
        this.node = node;
    }

    /** Looks at a sorted batch as a whole. */
    void begin(FaultBatch batch) {
        long regions = 1;
        for (int i = 1; i < batch.size(); i++) {
            boolean same = batch.space(i) == batch.space(i - 1)
                    && batch.address(i) >>> Pages.LARGE_SHIFT == batch.address(i - 1) >>> Pages.LARGE_SHIFT;
            regions += same ? 0 : 1;
        }
        roomy = rooms.allocator.capacity(node) >= 2 * regions * Pages.PER_LARGE;
    }

    /** {@return pages of the window of a fault} */
    int window(FaultBatch batch, int index, int small, Regime regime) {
        return roomy && large(batch.space(index), batch.address(index), regime) ? Pages.PER_LARGE : small;
    }

    private boolean large(int spaceId, long address, Regime regime) {
        SpaceImpl space = spaces.byId(spaceId);
        if (space == null) {
            return false;
        }
        PageTable table = space.table();
        long entry = table.get(address);
        if (Pte.large(entry) && Pte.maps(entry)) {
            return true;
        }
        Vma vma = space.vmas().find(address);
        long base = address & -Pages.LARGE_SIZE;
        return vma != null
                && vma.plain()
                && vma.wantsLarge(regime.largePages())
                && vma.covers(base, base + Pages.LARGE_SIZE)
                && table.vacantRegion(base);
    }
}
