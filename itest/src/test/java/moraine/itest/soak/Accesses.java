package moraine.itest.soak;

import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;

/** Reads and writes of one CPU thread, each page's part as a whole. */
final class Accesses {
    private final Soak soak;
    private final RandomGenerator random;
    private final long[] words = new long[Pages.SIZE / Long.BYTES];

    Accesses(Soak soak, RandomGenerator random) {
        this.soak = soak;
        this.random = random;
    }

    void write(SoakedProcess process, Region region) {
        if (!region.writable()) {
            return;
        }
        int first = random.nextInt(region.pages());
        int count = Worker.count(random, region.pages(), first, 16);
        for (int page = first; page < first + count; page++) {
            write(process, region, page);
        }
        soak.tally.did(region.type.file() ? Kind.FILE_WRITE : Kind.CPU_WRITE);
    }

    void write(SoakedProcess process, Region region, int page) {
        int version = region.versions[page] + 1;
        Pattern.fill(words, region.words(), region.key(page), version);
        try {
            process.cpu.write(region.address(page), window(region));
            region.wrote(page, version);
        } catch (MoraineException e) {
            unlessGone(region, e);
        }
    }

    private MemorySegment window(Region region) {
        return MemorySegment.ofArray(words).asSlice(0, (long) region.words() * Long.BYTES);
    }

    /** Lets an access fail to a region that somebody unmaps. */
    static void unlessGone(Region region, MoraineException e) {
        boolean absent = e.errno() == Errno.EFAULT || e.errno() == Errno.ENOMEM || e.errno() == Errno.EINVAL;
        if (!absent || !region.gone()) {
            throw e;
        }
    }

    void verifySome(SoakedProcess process, Region region) {
        int first = random.nextInt(region.pages());
        verify(process, region, first, Worker.count(random, region.pages(), first, 32));
    }

    void verify(SoakedProcess process, Region region, int first, int count) {
        for (int page = first; page < first + count; page++) {
            try {
                process.cpu.read(region.address(page), window(region));
            } catch (MoraineException e) {
                unlessGone(region, e);
                return;
            }
            region.prove(page, words, "a CPU in " + process.space.name());
        }
        soak.tally.proved(count);
        soak.tally.did(region.type.file() ? Kind.FILE_VERIFY : Kind.CPU_VERIFY);
    }

    void verifyAll(SoakedProcess process) {
        for (Region region : process.regions) {
            verify(process, region, 0, region.pages());
        }
    }

    /** Proves pages that hold what a region held, wherever they are read from. */
    long[] words() {
        return words;
    }
}
