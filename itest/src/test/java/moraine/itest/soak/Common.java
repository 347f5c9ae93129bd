package moraine.itest.soak;

import moraine.core.api.host.AddressSpace;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import org.jspecify.annotations.Nullable;

/** A mapping that all workers write at once, each its own part of every page. Its address is never used again. */
final class Common {
    final Region.Type type;
    final int pages;
    final long base;
    final @Nullable Backing backing;
    private final Region[] views;
    /** Set before any of it is unmapped. */
    volatile boolean gone;

    private Common(int id, Region.Type type, long base, int pages, int workers, @Nullable Backing backing) {
        this.type = type;
        this.pages = pages;
        this.base = base;
        this.backing = backing;
        this.views = new Region[workers];
        for (int part = 0; part < workers; part++) {
            views[part] = new Region(id, type, base, new int[pages], new Region.Share(workers, part, this), backing);
        }
    }

    static Common map(AddressSpace space, int id, Region.Type type, long base, int pages, int workers, Files files) {
        MapRequest request = MapRequest.anonymous((long) pages * Pages.SIZE).at(base);
        request = type.shared() ? request.shared() : request;
        Backing backing = type.file() ? files.zeros(pages) : null;
        if (backing == null) {
            space.mmap(request);
        } else {
            space.mmap(request, backing.file, 0);
        }
        return new Common(id, type, base, pages, workers, backing);
    }

    /** {@return how a worker knows it} */
    Region view(int worker) {
        return views[worker];
    }

    /** Unmaps it under whoever uses it, in two pieces. */
    void unmap(AddressSpace space, int middle) {
        gone = true;
        long first = (long) middle * Pages.SIZE;
        if (middle > 0) {
            space.munmap(base, first);
        }
        space.munmap(base + first, (long) pages * Pages.SIZE - first);
        if (backing != null) {
            backing.close();
        }
    }
}
