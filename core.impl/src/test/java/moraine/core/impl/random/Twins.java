package moraine.core.impl.random;

import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;

/**
 * Private pages of one actor of which many are alike: each has one of a few words in it and is zeros else. Nobody else
 * writes them; devices, forks and evictions get at them as at all others of the space.
 */
final class Twins implements AutoCloseable {
    private static final int PAGES = 64;
    private static final int LIKENESSES = 3;

    private final Bench bench;
    private final AddressSpace space;
    private final CpuContext cpu;
    private final RandomGenerator random;
    private final long[] words = new long[PAGES];
    private long base;

    Twins(Bench bench, AddressSpace space, CpuContext cpu, RandomGenerator random) {
        this.bench = bench;
        this.space = space;
        this.cpu = cpu;
        this.random = random;
        map();
    }

    private void map() {
        base = space.mmap(MapRequest.anonymous((long) PAGES * Pages.SIZE));
        space.advise(base, (long) PAGES * Pages.SIZE, Advice.MERGEABLE);
        for (int page = 0; page < PAGES; page++) {
            words[page] = 0;
        }
    }

    private long at(int page) {
        return base + (long) page * Pages.SIZE;
    }

    void operate() {
        int page = random.nextInt(PAGES);
        int dice = random.nextInt(200);
        if (dice < 120) {
            exact(page);
        } else if (dice < 160) {
            words[page] = random.nextInt(LIKENESSES);
            cpu.putLong(at(page), words[page]);
        } else if (dice < 180) {
            move(page);
        } else if (dice < 186) {
            pin(page);
        } else if (dice < 190) {
            part(page);
        } else if (dice < 192) {
            base = space.mremap(base, (long) PAGES * Pages.SIZE, (long) PAGES * Pages.SIZE, true, false);
        } else if (dice < 193) {
            replace();
        } else {
            exact(0);
        }
    }

    private void move(int page) {
        int node = random.nextInt(1 + Bench.DEVICES);
        bench.request(space, at(page), (1L + random.nextInt(PAGES - page)) * Pages.SIZE, node);
    }

    private void pin(int page) {
        try (var pin =
                space.pin(at(page), Pages.SIZE, PinKind.SHORT, random.nextBoolean() ? Intent.READ : Intent.WRITE)) {
            var word = new long[1];
            pin.read(0, MemorySegment.ofArray(word));
            same(page, word[0]);
            if (random.nextBoolean()) {
                words[page] = random.nextInt(LIKENESSES);
                cpu.putLong(at(page), words[page]);
                pin.read(0, MemorySegment.ofArray(word));
                same(page, word[0]);
            }
        } catch (MoraineException e) {
            if (e.errno() != Errno.EBUSY) {
                throw e;
            }
        }
    }

    private void part(int page) {
        long bytes = (1L + random.nextInt(PAGES - page)) * Pages.SIZE;
        space.advise(at(page), bytes, Advice.UNMERGEABLE);
        space.advise(at(page), bytes, Advice.MERGEABLE);
    }

    private void replace() {
        close();
        map();
    }

    private void exact(int page) {
        same(page, cpu.getLong(at(page)));
        long rest = cpu.getLong(at(page) + 8 + 8L * random.nextInt(511));
        if (rest != 0) {
            throw new AssertionError("page " + page + " of twins has " + rest + " where it is to be zero");
        }
    }

    private void same(int page, long word) {
        if (word != words[page]) {
            throw new AssertionError("page " + page + " of twins is " + word + ", not " + words[page]);
        }
    }

    /** Proves all pages. */
    void exact() {
        for (int page = 0; page < PAGES; page++) {
            exact(page);
        }
    }

    @Override
    public void close() {
        space.munmap(base, (long) PAGES * Pages.SIZE);
    }
}
