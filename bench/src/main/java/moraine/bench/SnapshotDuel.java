package moraine.bench;

import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;

/** What a device would find in a range, page by page, against the kernel's own table of as many pages, read at once. */
final class SnapshotDuel implements Duel {
    private static final int PAGES = 1 << 14;
    private static final long BYTES = (long) PAGES << Pages.SHIFT;

    private final GpuRig rig = new GpuRig(PAGES, 1);
    private final long start = rig.space.mmap(MapRequest.anonymous(BYTES));

    SnapshotDuel() {
        for (long at = 0; at < BYTES; at += Pages.SIZE) {
            rig.context.putLong(start + at, at);
        }
        // A quarter is on the device, so that entries of both kinds are met.
        rig.device.migrateToDevice(rig.space, start, BYTES / 4);
    }

    @Override
    public long operations() {
        return PAGES;
    }

    @Override
    public Side moraine() {
        return () -> {
            byte[] shown = rig.device.snapshot(rig.space, start, BYTES);
            if (shown.length != PAGES || shown[0] == shown[PAGES - 1]) {
                throw new IllegalStateException("the snapshot shows no difference between the device's pages and RAM");
            }
        };
    }

    @Override
    public Side reference() {
        return () -> Twin.pagemap(PAGES);
    }

    @Override
    public void close() {
        rig.close();
    }
}
