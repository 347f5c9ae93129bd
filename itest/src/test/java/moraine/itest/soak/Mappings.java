package moraine.itest.soak;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.random.RandomGenerator;
import moraine.core.api.host.Userfault;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;

/** Changes that one worker makes to mappings of its own: they come, go, move, grow, fork. */
final class Mappings {
    private static final int MOST_PAGES = 300;
    /** Pages of a process from which on its mappings only shrink. */
    private static final int GROWTH_PAGES = 700;

    private final Soak soak;
    private final RandomGenerator random;
    private final Accesses accesses;
    private final Pinning pins;
    private final long[] words = new long[Pages.SIZE / Long.BYTES];

    Mappings(Soak soak, RandomGenerator random, Accesses accesses, Pinning pins) {
        this.soak = soak;
        this.random = random;
        this.accesses = accesses;
        this.pins = pins;
    }

    void map(SoakedProcess process) {
        Region.Type type = random.nextBoolean()
                ? Region.Type.PRIVATE
                : Region.Type.values()[random.nextInt(Region.Type.values().length)];
        int pages = 1 + random.nextInt(random.nextInt(4) == 0 ? MOST_PAGES : 40);
        MapRequest request = MapRequest.anonymous(Worker.bytes(pages));
        map(process, type, pages, type.shared() ? request.shared() : request);
    }

    /** Maps a region that one page of 2 MiB may fill. */
    void mapLarge(SoakedProcess process) {
        MapRequest request = MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE);
        map(process, Region.Type.PRIVATE, Pages.PER_LARGE, request);
    }

    private void map(SoakedProcess process, Region.Type type, int pages, MapRequest request) {
        int id = soak.nextRegion();
        Backing backing = type.file() ? soak.files.ofVersionOne(id, pages) : null;
        long base = backing == null ? process.space.mmap(request) : process.space.mmap(request, backing.file, 0);
        Region region = new Region(id, type, base, pages, backing);
        for (int page = 0; backing != null && page < pages; page++) {
            region.wrote(page, 1);
        }
        process.regions.add(region);
        soak.tally.did(Kind.MMAP);
    }

    void change(SoakedProcess process, Region region) {
        if (region.common != null) {
            return;
        }
        switch (random.nextInt(8)) {
            case 0 -> unmap(process, region);
            case 1 -> hole(process, region);
            case 2, 3, 4 -> remap(process, region);
            case 5 -> moveAway(process, region);
            case 6 -> protect(process, region);
            default -> file(region);
        }
    }

    void unmap(SoakedProcess process, Region region) {
        accesses.verify(process, region, 0, region.pages());
        pins.leave(region, 0, region.pages());
        process.space.munmap(region.base, region.bytes());
        process.regions.remove(region);
        soak.tally.did(Kind.MUNMAP);
        Backing backing = region.backing;
        if (backing != null && !region.inherited && !backing.closed) {
            backing.file.sync();
            soak.tally.did(Kind.FILE_SYNC);
            if (region.type == Region.Type.FILE_SHARED) {
                Files.proveOnDisk(region, backing);
            }
            backing.close();
        }
    }

    /** Unmaps a few pages and maps new ones there, unless another worker's mapping came there in between. */
    private void hole(SoakedProcess process, Region region) {
        if (region.type != Region.Type.PRIVATE) {
            return;
        }
        int first = random.nextInt(region.pages());
        int count = Worker.count(random, region.pages(), first, 8);
        if (!tryUnmap(process, region, first, count)) {
            return;
        }
        pins.leave(region, first, count);
        region.cleared(first, count);
        region.patched = true;
        soak.tally.did(Kind.HOLE);
        try {
            process.space.mmap(MapRequest.anonymous(Worker.bytes(count)).at(region.page(first)));
        } catch (MoraineException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            rest(process, region, first, count);
        }
    }

    /** @return false when a pinned 2 MiB page is in the way */
    private boolean tryUnmap(SoakedProcess process, Region region, int first, int count) {
        try {
            process.space.munmap(region.page(first), Worker.bytes(count));
            return true;
        } catch (MoraineException e) {
            if (e.errno() != Errno.EBUSY || !pins.pinned(region)) {
                throw e;
            }
            return false;
        }
    }

    private void rest(SoakedProcess process, Region region, int first, int count) {
        pins.leave(region, 0, region.pages());
        int after = first + count;
        if (first > 0) {
            process.space.munmap(region.base, Worker.bytes(first));
        }
        if (after < region.pages()) {
            process.space.munmap(region.page(after), Worker.bytes(region.pages() - after));
        }
        process.regions.remove(region);
    }

    private void remap(SoakedProcess process, Region region) {
        if (region.patched || region.type != Region.Type.PRIVATE || pins.pinned(region)) {
            return;
        }
        int limit = process.pages() > GROWTH_PAGES ? region.pages() : 2 * region.pages();
        int pages = 1 + random.nextInt(Math.min(MOST_PAGES, limit));
        region.base = process.space.mremap(region.base, region.bytes(), Worker.bytes(pages), true);
        region.resize(pages);
        soak.tally.did(Kind.MREMAP);
    }

    /** Moves pages and leaves the old range mapped: it holds zeros, or the shared pages. */
    private void moveAway(SoakedProcess process, Region region) {
        if (region.patched || region.parts > 1 || region.type.file()) {
            return;
        }
        long old = region.base;
        region.base = process.space.mremap(old, region.bytes(), region.bytes(), true, /* keepOld= */ true);
        soak.tally.did(Kind.MREMAP);
        for (int page = 0; page < region.pages(); page++) {
            process.cpu.read(old + Worker.bytes(page), MemorySegment.ofArray(words));
            if (region.type == Region.Type.SHARED) {
                region.prove(page, words, "a CPU at the old address");
            } else if (!Pattern.zeros(words, words.length)) {
                throw new Mismatch("page " + page + " of region " + region.id + " is not zero at 0x"
                        + Long.toHexString(old) + ", from where it was moved");
            }
        }
        process.space.munmap(old, region.bytes());
    }

    /** Forbids writes for a while. */
    private void protect(SoakedProcess process, Region region) {
        int first = random.nextInt(region.pages());
        int count = Worker.count(random, region.pages(), first, 32);
        long bytes = Worker.bytes(count);
        if (!tryForbid(process, region.page(first), bytes)) {
            return;
        }
        accesses.verify(process, region, first, count);
        try {
            process.cpu.touch(region.page(first), Long.BYTES, Intent.WRITE);
            throw new Mismatch("a write to a read-only page of region " + region.id + " was allowed");
        } catch (MoraineException e) {
            if (e.errno() != Errno.EFAULT) {
                throw e;
            }
        }
        process.space.mprotect(region.page(first), bytes, Protection.READ_WRITE);
        region.patched = true;
        soak.tally.did(Kind.MPROTECT);
    }

    /** @return false when a pinned 2 MiB page is in the way */
    private static boolean tryForbid(SoakedProcess process, long address, long bytes) {
        try {
            process.space.mprotect(address, bytes, Protection.READ);
            return true;
        } catch (MoraineException e) {
            if (e.errno() != Errno.EBUSY) {
                throw e;
            }
            return false;
        }
    }

    /** Reads and writes a file beside its mappings. */
    private void file(Region region) {
        Backing backing = region.backing;
        if (backing == null || backing.closed || region.parts > 1) {
            return;
        }
        int page = random.nextInt(region.pages());
        if (random.nextInt(4) == 0) {
            backing.file.sync();
            soak.tally.did(Kind.FILE_SYNC);
        } else if (region.type == Region.Type.FILE_SHARED) {
            Pattern.fill(words, words.length, region.key(page), region.versions[page] + 1);
            backing.file.write(Worker.bytes(page), MemorySegment.ofArray(words));
            region.wrote(page, region.versions[page] + 1);
            soak.tally.did(Kind.FILE_WRITE);
        } else {
            backing.file.read(Worker.bytes(page), MemorySegment.ofArray(words));
            if (Pattern.mismatch(words, words.length, region.key(page), backing.unwritten(page)) >= 0) {
                throw new Mismatch("page " + page + " of the file of region " + region.id
                        + ", which is mapped private, does not hold what it did at first");
            }
            soak.tally.did(Kind.FILE_VERIFY);
        }
    }

    /** Cuts a file and lets it grow again: for all who map it, what lay beyond its end is zeros. */
    void cut(Iterable<SoakedProcess> processes, Region region) {
        Backing backing = region.backing;
        if (backing == null || backing.closed || region.parts > 1) {
            return;
        }
        int first = random.nextInt(region.pages());
        pins.cut(backing, first);
        backing.cut(first, region.pages());
        for (SoakedProcess process : processes) {
            process.regions.stream()
                    .filter(its -> Objects.equals(its.backing, backing))
                    .forEach(its -> its.cleared(first, its.pages() - first));
        }
        soak.tally.did(Kind.FILE_CUT);
    }

    /** {@return a child of a process, which knows what its worker knows} */
    SoakedProcess fork(SoakedProcess process, Iterable<Region> commons) {
        SoakedProcess child =
                new SoakedProcess(process.space.fork("child of " + process.space.name()), /* root= */ false);
        process.regions.forEach(region -> child.regions.add(region.forked()));
        if (process.root) {
            commons.forEach(region -> {
                if (!region.gone()) {
                    child.regions.add(region.forked());
                }
            });
        }
        soak.tally.did(Kind.FORK);
        return child;
    }

    /** Maps a region whose pages a handler fills. */
    void userfault(SoakedProcess process) {
        int pages = 1 + random.nextInt(24);
        int id = soak.nextRegion();
        long base = process.space.mmap(MapRequest.anonymous(Worker.bytes(pages)));
        Region region = new Region(id, Region.Type.PRIVATE, base, pages, null);
        try (Userfault range =
                process.space.userfault(base, region.bytes(), (its, at, intent) -> fill(region, its, at))) {
            for (int page = 0; page < pages; page++) {
                if (random.nextInt(4) > 0) {
                    region.wrote(page, 1);
                    accesses.verify(process, region, page, 1);
                }
            }
            if (range.bytes() != region.bytes()) {
                throw new Mismatch("a registration of " + region.bytes() + " bytes says " + range.bytes());
            }
        }
        process.regions.add(region);
        soak.tally.did(Kind.USERFAULT);
    }

    /** Fills a page on a thread of the registration. */
    private static void fill(Region region, Userfault range, long at) {
        int page = (int) ((at - region.base) >>> Pages.SHIFT);
        long[] content = new long[Pages.SIZE / Long.BYTES];
        Pattern.fill(content, content.length, region.key(page), 1);
        range.fill(at, MemorySegment.ofArray(content));
    }
}
