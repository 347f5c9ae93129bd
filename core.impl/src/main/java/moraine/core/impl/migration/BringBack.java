package moraine.core.impl.migration;

import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.impl.Rooms;
import moraine.core.impl.host.Regime;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Brings the page that a CPU touched out of memory that it cannot address, and its neighbours as the plan says. A folio
 * comes whole, or page by page when there is no room for it, the touched page first. Where there is no room and
 * somebody else is at the neighbours, the touched page is tried alone.
 */
final class BringBack {
    private final Rooms rooms;
    private final Batch batch;

    BringBack(Rooms rooms, Batch batch) {
        this.rooms = rooms;
        this.batch = batch;
    }

    Errno run(Vma vma, long address, int initiator) {
        Regime regime = rooms.regimes.current();
        SpaceImpl space = vma.space();
        long page = Pages.floor(address);
        boolean large = Pte.large(space.table().get(page));
        long window = large ? Pages.LARGE_SIZE : (long) regime.bringBackPages() * Pages.SIZE;
        long start = Math.max(vma.start(), address & -window);
        long end = Math.min(vma.end(), (address & -window) + window);
        batch.order()
                .off(cpu(space, page, initiator), Reason.BRING_BACK, Cause.COHERENCE, regime.mover())
                .hot(page, page + Pages.SIZE);
        batch.moveRange(space, start, end);
        if (!large && end - start > Pages.SIZE && batch.full() && batch.busy()) {
            alone(space, page);
        }
        return outcome(space.table().get(page));
    }

    /**
     * Tries the touched page by itself: of two batches that find no room and hold each other's neighbours, neither
     * would ever learn that there is none.
     */
    private void alone(SpaceImpl space, long page) {
        if (Pte.kind(space.table().get(page)) == Pte.DEVICE_PRIVATE) {
            batch.moveRange(space, page, page + Pages.SIZE);
        }
    }

    /** {@return the node as whose processor the page's new place is chosen} */
    private int cpu(SpaceImpl space, long page, int initiator) {
        int preferred = space.hints().preferred(page);
        if (preferred >= 0 && rooms.topology.kind(preferred) != NodeKind.DEVICE) {
            return preferred;
        }
        return rooms.topology.kind(initiator) == NodeKind.DEVICE ? rooms.home(initiator) : initiator;
    }

    private Errno outcome(long entry) {
        if (Pte.kind(entry) != Pte.DEVICE_PRIVATE) {
            return Errno.OK;
        }
        if (batch.busy()) {
            return Errno.EBUSY;
        }
        return batch.declined() ? Errno.SIGBUS : batch.full() ? Errno.ENOMEM : Errno.EBUSY;
    }
}
