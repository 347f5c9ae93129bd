package moraine.core.impl.faults;

import moraine.core.api.model.Pages;
import moraine.core.impl.host.Regime;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/** Tells where the pages around a faulting one are one folio of 2 MiB, or would be made as one. */
final class LargeWindows {
    private LargeWindows() {}

    /** {@return whether all 512 pages had better move along} */
    static boolean large(SpaceImpl space, long address, long entry, Regime regime) {
        if (Pte.large(entry) && Pte.maps(entry)) {
            return true;
        }
        Vma vma = space.vmas().find(address);
        long base = address & -Pages.LARGE_SIZE;
        return vma != null
                && vma.plain()
                && vma.wantsLarge(regime.largePages())
                && vma.covers(base, base + Pages.LARGE_SIZE)
                && space.table().vacantRegion(base);
    }
}
