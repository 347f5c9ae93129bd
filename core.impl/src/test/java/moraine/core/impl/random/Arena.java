package moraine.core.impl.random;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.random.RandomGenerator;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Errno;
import moraine.core.api.model.FileAdvice;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;

/**
 * The space that all actors share, and its regions: two of 2 MiB leaves, two shared, of which one is a file's, the rest
 * small and private, of which one shows a file.
 */
final class Arena {
    static final int REGIONS = 10;
    private static final int LARGE = 2;
    private static final int SHARED = 4;
    private static final int FIRST_FILE = 3;
    private static final int LAST_FILE = 4;
    private static final int SMALL_PAGES = 96;
    private static final long FIRST = 1L << 40;
    private static final long LOWEST = 1L << 36;
    private static final int LOW_PAGES = 2048;

    final AddressSpace space;
    private final Machine machine;
    private final int actors;
    private final AtomicLong nextAddress = new AtomicLong(FIRST);
    private final AtomicReferenceArray<Region> regions = new AtomicReferenceArray<>(REGIONS);

    Arena(Machine machine, int actors) {
        this.machine = machine;
        this.space = machine.openSpace("arena");
        this.actors = actors;
        for (int i = 0; i < REGIONS; i++) {
            regions.set(i, map(i));
        }
    }

    private Region map(int index) {
        int pages = index < LARGE ? Pages.PER_LARGE : SMALL_PAGES;
        boolean shared = index >= LARGE && index < SHARED;
        long span = 4 * Pages.LARGE_SIZE;
        long offset = index < LARGE ? 0 : 31L * Pages.SIZE;
        long base = nextAddress.getAndAdd(span) + offset;
        MapRequest request = MapRequest.anonymous((long) pages * Pages.SIZE).at(base);
        request = shared ? request.shared() : request;
        if (index < FIRST_FILE || index > LAST_FILE) {
            space.mmap(request);
            return new Region(base, pages, shared, actors, /* file= */ null);
        }
        CachedFile file = ScratchFile.open(machine, (long) pages * Pages.SIZE);
        space.mmap(request, file, 0);
        return new Region(base, pages, shared, actors, file);
    }

    Region region(int index) {
        return regions.get(index);
    }

    Region any(RandomGenerator random) {
        return regions.get(random.nextInt(REGIONS));
    }

    /** {@return a region that no 2 MiB page maps} */
    Region anySmall(RandomGenerator random) {
        return regions.get(LARGE + random.nextInt(REGIONS - LARGE));
    }

    /** {@return a region that may be one 2 MiB page} */
    Region anyLarge(RandomGenerator random) {
        return regions.get(random.nextInt(LARGE));
    }

    /** {@return a region whose mapping the actor may change, among those of its own} */
    int owned(int actor, int owners, RandomGenerator random) {
        int mine = (REGIONS - actor + owners - 1) / owners;
        return actor + owners * random.nextInt(mine);
    }

    /** Unmaps a region, piece by piece, and puts a fresh one in its place. */
    void replace(int index, RandomGenerator random) {
        Region old = regions.get(index);
        old.gone = true;
        int middle = random.nextInt(old.pages);
        if (middle > 0) {
            space.munmap(old.base, (long) middle * Pages.SIZE);
        }
        space.munmap(old.base + (long) middle * Pages.SIZE, (long) (old.pages - middle) * Pages.SIZE);
        closeFile(old);
        regions.set(index, map(index));
    }

    private static void closeFile(Region region) {
        if (region.file != null) {
            region.file.close();
        }
    }

    /** Has clean pages of a file dropped that nobody maps, or read, or its length set to what it is. */
    void disturb(RandomGenerator random) {
        Region region = regions.get(FIRST_FILE + random.nextInt(1 + LAST_FILE - FIRST_FILE));
        CachedFile file = region.file;
        try {
            if (file == null) {
                return;
            }
            switch (random.nextInt(4)) {
                case 0 -> file.invalidate(0, 0);
                case 1 -> file.advise((long) random.nextInt(region.pages) * Pages.SIZE, 0, FileAdvice.WILLNEED);
                case 2 -> space.advise(region.base, region.bytes(), anyOrder(random));
                default -> file.truncate(region.bytes());
            }
        } catch (MoraineException e) {
            if (e.errno() != Errno.EBADF && e.errno() != Errno.ENOMEM) {
                throw e;
            }
        }
    }

    private static Advice anyOrder(RandomGenerator random) {
        return List.of(Advice.NORMAL, Advice.RANDOM, Advice.SEQUENTIAL, Advice.WILLNEED)
                .get(random.nextInt(4));
    }

    /** Writes a file back, unless its region was just replaced. */
    void sync(RandomGenerator random) {
        Region region = regions.get(FIRST_FILE + random.nextInt(1 + LAST_FILE - FIRST_FILE));
        try {
            if (region.file != null) {
                region.file.sync();
            }
        } catch (MoraineException e) {
            if (e.errno() != Errno.EBADF) {
                throw e;
            }
        }
    }

    /** Closes the space and its files. */
    void close() {
        space.close();
        for (int i = 0; i < REGIONS; i++) {
            closeFile(regions.get(i));
        }
    }

    /** {@return a page among those where mappings without an address of their own are put} */
    long anyLow(RandomGenerator random) {
        return LOWEST + random.nextInt(LOW_PAGES) * (long) Pages.SIZE;
    }

    /** Proves every word of every region through a context; nobody writes meanwhile. */
    void exact(CpuContext cpu) {
        for (int i = 0; i < REGIONS; i++) {
            Region region = regions.get(i);
            for (int actor = 0; actor < actors; actor++) {
                for (int slot = 0; slot < region.slots(); slot++) {
                    region.exact(actor, slot, read(cpu, region, actor, slot));
                }
            }
        }
    }

    private static long read(CpuContext cpu, Region region, int actor, int slot) {
        try {
            return cpu.getLong(region.address(actor, slot));
        } catch (MoraineException e) {
            throw new AssertionError(region.where(actor, slot) + " cannot be read: " + e.getMessage(), e);
        }
    }
}
