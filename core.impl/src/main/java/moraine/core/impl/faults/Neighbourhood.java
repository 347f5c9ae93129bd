package moraine.core.impl.faults;

import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.Pages;
import moraine.core.impl.Rooms;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.space.Spaces;
import moraine.core.impl.tables.Pte;

/** Widens the windows of a batch's faults by the density of their 2 MiB blocks. Confined to the device's host actor. */
final class Neighbourhood {
    private final Rooms rooms;
    private final Spaces spaces;
    private final int node;
    private final Density density = new Density();

    Neighbourhood(Rooms rooms, Spaces spaces, int node) {
        this.rooms = rooms;
        this.spaces = spaces;
        this.node = node;
    }

    /**
     * Widens the windows of the faults that bring pages; a window that is wider already stays.
     *
     * @param percent threshold of the plan; 0 leaves the windows alone
     * @param least pages that a fault brings anyhow
     * @param most pages that a fault may bring so that all of the batch fit into half the device
     */
    void widen(FaultBatch batch, int percent, int least, int most) {
        if (percent == 0) {
            return;
        }
        for (int first = 0; first < batch.size(); ) {
            int next = first + 1;
            while (next < batch.size() && batch.sameBlock(first, next)) {
                next++;
            }
            widenBlock(batch, first, next, percent, least, most);
            first = next;
        }
    }

    private void widenBlock(FaultBatch batch, int first, int next, int percent, int least, int most) {
        SpaceImpl space = spaces.byId(batch.space(first));
        if (space == null) {
            return;
        }
        density.begin(least);
        look(space, batch.address(first) & -Pages.LARGE_SIZE);
        for (int i = first; i < next; i++) {
            if (batch.action(i) == DeviceAction.MIGRATE) {
                density.touched(page(batch, i));
            }
        }
        for (int i = first; i < next; i++) {
            if (batch.action(i) == DeviceAction.MIGRATE) {
                batch.widen(i, density.window(page(batch, i), percent, most));
            }
        }
    }

    private static int page(FaultBatch batch, int index) {
        return (int) (batch.address(index) >>> Pages.SHIFT) & Pages.PER_LARGE - 1;
    }

    /** Finds what of a block is on the device; a hint, for pages move meanwhile. */
    private void look(SpaceImpl space, long base) {
        for (int page = 0; page < Pages.PER_LARGE; page++) {
            long entry = space.table().get(base + (long) page * Pages.SIZE);
            if (Pte.maps(entry) && rooms.frames.node(Pte.pfn(entry)) == node) {
                if (Pte.large(entry)) {
                    density.residentAll();
                    return;
                }
                density.resident(page);
            }
        }
    }
}
