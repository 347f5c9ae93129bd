package moraine.core.impl.pins;

import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;

/** Refuses changes of mappings that would have to split a pinned 2 MiB folio; asked before anything changes. */
public final class PinnedEdges {
    private final Frames frames;

    public PinnedEdges(Rooms rooms) {
        this.frames = rooms.frames;
    }

    /**
     * Checks that both ends of a range may be made ends; the space's lock is held exclusively, so that no pin comes.
     *
     * @throws MoraineException EBUSY when one lies within a pinned folio
     */
    public void check(SpaceImpl space, long start, long end) {
        divisible(space, start);
        divisible(space, end);
    }

    /**
     * Checks that every 2 MiB page of a range may be split.
     *
     * @throws MoraineException EBUSY when one is pinned
     */
    public void checkAll(SpaceImpl space, long start, long end) {
        space.table().regions(start, end, (_, region) -> splittable(space, region));
    }

    private void divisible(SpaceImpl space, long at) {
        if ((at & Pages.LARGE_SIZE - 1) != 0) {
            splittable(space, at);
        }
    }

    private void splittable(SpaceImpl space, long at) {
        long entry = space.table().get(at);
        if (Pte.large(entry) && Pte.maps(entry) && frames.flag(frames.head(Pte.pfn(entry)), Frames.PINNED)) {
            throw new MoraineException(
                    Errno.EBUSY,
                    Blame.RESOURCES,
                    "the 2 MiB page at 0x" + Long.toHexString(at & -Pages.LARGE_SIZE) + " of space " + space.name()
                            + " is pinned, so it cannot be parted at 0x" + Long.toHexString(at)
                            + "; close the pin first, or name the page as a whole");
        }
    }
}
