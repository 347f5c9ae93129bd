package moraine.core.impl.random;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Device;
import moraine.core.api.host.Machine;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.Pages;

/** A page in every 2 MiB block of a device that is free, so that no page so large is to be had there for a while. */
final class Rubble implements AutoCloseable {
    private final AddressSpace space;

    /** Takes what is free on the device, and gives back all but the first page of each block. */
    Rubble(Machine machine, String device) {
        space = machine.openSpace("rubble");
        Device where = machine.device(device);
        int node = where.info().node();
        long bytes = machine.nodes().stream()
                .filter(info -> info.id() == node)
                .mapToLong(info -> info.freePages() * Pages.SIZE)
                .sum();
        if (bytes > 0) {
            long at = space.mmap(MapRequest.anonymous(bytes).aligned(Pages.SIZE));
            where.migrateToDevice(space, at, bytes);
            thin(at, bytes, node);
        }
    }

    private void thin(long at, long bytes, int node) {
        List<Long> kept = new ArrayList<>();
        for (PageInfo page : space.pages(at, bytes, Math.toIntExact(bytes / Pages.SIZE))) {
            if (page.node() == node && page.pfn() % Pages.PER_LARGE == 0) {
                kept.add(page.address());
            }
        }
        long from = at;
        for (long page : kept) {
            unmap(from, page);
            from = page + Pages.SIZE;
        }
        unmap(from, at + bytes);
    }

    private void unmap(long from, long to) {
        if (from < to) {
            space.munmap(from, to - from);
        }
    }

    @Override
    public void close() {
        space.close();
    }
}
