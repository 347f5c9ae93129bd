package moraine.core.impl.random;

import java.util.random.RandomGenerator;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;

/** Changes of mappings by a single actor, each compared with the model. */
final class SingleMappings {
    private static final int MOST_PAGES = 2500;
    private static final int MOST_MAPPED = 600;

    private final RandomGenerator random;

    /** More than any mapping grows to. */
    private static final long FILE_BYTES = 64L << 20;

    private final Machine machine;

    SingleMappings(Machine machine, RandomGenerator random) {
        this.machine = machine;
        this.random = random;
    }

    /** {@return how many pages an operation is for, mostly few} */
    int length() {
        return random.nextInt(8) == 0 ? 1 + random.nextInt(MOST_MAPPED) : 1 + random.nextInt(40);
    }

    void map(Side side) {
        boolean large = random.nextInt(4) == 0;
        int count = large ? Pages.PER_LARGE + random.nextInt(200) : length();
        if (side.model().size() + count > MOST_PAGES) {
            return;
        }
        Protection protection = random.nextInt(6) == 0 ? Protection.READ : Protection.READ_WRITE;
        boolean shared = random.nextInt(4) == 0;
        MapRequest request = MapRequest.anonymous((long) count * Pages.SIZE).protect(protection);
        request = large ? request.aligned(Pages.LARGE_SIZE) : request;
        request = shared ? request.shared() : request;
        boolean file = random.nextInt(4) == 0;
        long at = file ? mapFile(side, request) : side.space().mmap(request);
        side.note("map" + (shared ? " shared" : "") + (file ? " file" : ""), at, count);
        side.model().map(at, count, protection, shared);
    }

    /** Maps a file of zeroes, which is then held by its mappings alone. */
    private long mapFile(Side side, MapRequest request) {
        try (CachedFile file = ScratchFile.open(machine, FILE_BYTES)) {
            return side.space().mmap(request, file, 5L * Pages.SIZE);
        }
    }

    void unmap(Side side) {
        long at = side.model().anyPage(random);
        if (at != 0) {
            int count = length();
            side.note("unmap", at, count);
            side.space().munmap(at, (long) count * Pages.SIZE);
            side.model().unmap(at, count);
        }
    }

    void protect(Side side) {
        long at = side.model().anyPage(random);
        if (at == 0) {
            return;
        }
        int count = random.nextInt(8) == 0 ? length() : side.model().run(at, length());
        Protection protection = Protection.values()[Math.min(2, random.nextInt(5))];
        boolean covered = side.model().covered(at, count);
        side.note("protect " + protection, at, count);
        boolean done =
                Agreement.does(Errno.ENOMEM, () -> side.space().mprotect(at, (long) count * Pages.SIZE, protection));
        Agreement.same(done, covered, "mprotect", at);
        if (done) {
            side.model().protect(at, count, protection);
        }
    }

    /** Resizes; a range may be one mapping for the core or several, so that EFAULT is right where it is several. */
    void remap(Side side) {
        long at = side.model().anyPage(random);
        if (at == 0) {
            return;
        }
        int count = side.model().run(at, length());
        int newCount = length();
        if (side.model().size() + newCount > MOST_PAGES) {
            return;
        }
        long end = at + (long) count * Pages.SIZE;
        boolean single = side.space().info().mappings().stream().anyMatch(m -> m.start() <= at && end <= m.end());
        long[] to = new long[1];
        boolean done = Agreement.does(
                Errno.EFAULT, () -> to[0] = side.space().mremap(at, end - at, (long) newCount * Pages.SIZE, true));
        side.note("remap " + count + " from 0x" + Long.toHexString(at), to[0], newCount);
        Agreement.same(done, single, "mremap", at);
        if (done) {
            side.model().move(at, count, to[0], newCount);
        }
    }
}
