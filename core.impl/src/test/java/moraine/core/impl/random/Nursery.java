package moraine.core.impl.random;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.Protection;
import org.jspecify.annotations.Nullable;

/** A private mapping that only one actor touches, while its pages are moved by all: its words are known exactly. */
final class Nursery implements AutoCloseable {
    private static final int MOST_PAGES = 700;

    private final AddressSpace space;
    private final CpuContext cpu;
    private final RandomGenerator random;
    private long base;
    /** Word of each page. */
    private long @Nullable [] words;
    /** Pages that were advised free and not written since. */
    private boolean[] loose = {};

    private @Nullable Pin pin;

    private Protection protection = Protection.READ_WRITE;
    /** It is more than one mapping, so that it cannot be resized. */
    private boolean patched;

    private long next = 1;

    Nursery(AddressSpace space, CpuContext cpu, RandomGenerator random) {
        this.space = space;
        this.cpu = cpu;
        this.random = random;
    }

    /** {@return where it is, or 0 when it is not mapped} */
    long base() {
        return words == null ? 0 : base;
    }

    int pages() {
        return words == null ? 0 : words.length;
    }

    void operate() {
        long[] mine = words;
        if (mine == null) {
            map();
            return;
        }
        switch (random.nextInt(15)) {
            case 0, 1, 2, 3 -> fill(mine);
            case 4, 5, 6 -> verify(mine);
            case 7 -> resize(mine);
            case 8 -> resize(mine);
            case 9 -> hole(mine);
            case 10 -> protect();
            case 11 -> dead(mine);
            case 12 -> free(mine);
            case 13 -> pin(mine);
            default -> unmap(mine);
        }
    }

    private void map() {
        boolean large = random.nextInt(3) == 0;
        int pages = large ? Pages.PER_LARGE : 1 + random.nextInt(64);
        MapRequest request = MapRequest.anonymous((long) pages * Pages.SIZE);
        base = space.mmap(large ? request.aligned(Pages.LARGE_SIZE) : request);
        words = new long[pages];
        loose = new boolean[pages];
        bind(pages);
        protection = Protection.READ_WRITE;
        patched = false;
    }

    /** Gives the mapping a memory policy, where the placement policy lets it. */
    private void bind(int pages) {
        if (random.nextInt(3) > 0) {
            return;
        }
        try {
            space.mbind(base, (long) pages * Pages.SIZE, policy(1 + random.nextInt(Bench.DEVICES)));
        } catch (MoraineException e) {
            if (e.errno() != Errno.EINVAL) {
                throw e;
            }
        }
    }

    private MemoryPolicy policy(int device) {
        return switch (random.nextInt(4)) {
            case 0 -> MemoryPolicy.preferred(device);
            case 1 -> MemoryPolicy.preferredMany(device);
            case 2 -> MemoryPolicy.interleave(0, device);
            default -> MemoryPolicy.weightedInterleave(0, device);
        };
    }

    private long address(int page) {
        return base + (long) page * Pages.SIZE + page % 500 * (long) Long.BYTES;
    }

    private void fill(long[] mine) {
        int start = random.nextInt(mine.length);
        for (int page = start; page < Math.min(mine.length, start + 16); page++) {
            long value = next++;
            long address = address(page);
            boolean allowed = protection == Protection.READ_WRITE;
            expect(allowed, "write", address, () -> cpu.putLong(address, value));
            if (allowed) {
                mine[page] = value;
                loose[page] = false;
            }
        }
    }

    private void verify(long[] mine) {
        int start = random.nextInt(mine.length);
        for (int page = start; page < Math.min(mine.length, start + 64); page++) {
            long address = address(page);
            int number = page;
            expect(protection != Protection.NONE, "read", address, () -> same(mine, number, cpu.getLong(address)));
        }
    }

    /** Proves a word; one whose page was advised free may be gone. */
    private void same(long[] mine, int page, long word) {
        if (word != mine[page] && !(loose[page] && word == 0)) {
            throw new AssertionError("0x" + Long.toHexString(address(page)) + " holds " + word + ", not " + mine[page]);
        }
    }

    /** Says that pages are dead. */
    private void dead(long[] mine) {
        letGo();
        int page = random.nextInt(mine.length);
        int count = Math.min(mine.length - page, 1 + random.nextInt(32));
        space.advise(base + (long) page * Pages.SIZE, (long) count * Pages.SIZE, Advice.DEAD);
        Arrays.fill(mine, page, page + count, 0);
        Arrays.fill(loose, page, page + count, false);
    }

    /** Says that pages are free, and has some of them pushed off a device or written again. */
    private void free(long[] mine) {
        int page = random.nextInt(mine.length);
        int count = random.nextBoolean() ? mine.length - page : Math.min(mine.length - page, 16);
        space.advise(base + (long) page * Pages.SIZE, (long) count * Pages.SIZE, Advice.FREE);
        Arrays.fill(loose, page, page + count, true);
    }

    /** Pins pages for a while, during which others try to move them. */
    private void pin(long[] mine) {
        letGo();
        if (protection != Protection.READ_WRITE) {
            return;
        }
        int page = random.nextInt(mine.length);
        int count = Math.min(mine.length - page, 1 + random.nextInt(16));
        try {
            pin = space.pin(
                    base + (long) page * Pages.SIZE,
                    (long) count * Pages.SIZE,
                    PinKind.values()[random.nextInt(2)],
                    Intent.READ);
        } catch (MoraineException e) {
            if (e.errno() != Errno.EBUSY) {
                throw e;
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            long[] word = new long[1];
            pin.read(address(page + i) - base - (long) page * Pages.SIZE, MemorySegment.ofArray(word));
            same(mine, page + i, word[0]);
        }
    }

    /** Ends the pin, which changes of the mapping might have to wait for. */
    private void letGo() {
        Pin now = pin;
        if (now != null) {
            now.close();
            pin = null;
        }
    }

    @Override
    public void close() {
        letGo();
    }

    private static void expect(boolean allowed, String what, long address, Runnable access) {
        boolean done;
        try {
            access.run();
            done = true;
        } catch (MoraineException e) {
            if (e.errno() != Errno.EFAULT) {
                throw e;
            }
            done = false;
        }
        if (done != allowed) {
            throw new AssertionError(what + " at 0x" + Long.toHexString(address) + " was "
                    + (done ? "allowed" : "refused") + ", should not have been");
        }
    }

    private void resize(long[] mine) {
        if (protection != Protection.READ_WRITE || patched) {
            return;
        }
        letGo();
        int pages = 1 + random.nextInt(Math.min(MOST_PAGES, 2 * mine.length));
        base = space.mremap(base, (long) mine.length * Pages.SIZE, (long) pages * Pages.SIZE, true);
        words = Arrays.copyOf(mine, pages);
        loose = Arrays.copyOf(loose, pages);
    }

    /** Unmaps a few pages and maps new ones there, unless another actor's mapping came there in between. */
    private void hole(long[] mine) {
        letGo();
        int page = random.nextInt(mine.length);
        int count = Math.min(mine.length - page, 1 + random.nextInt(4));
        long start = base + (long) page * Pages.SIZE;
        space.munmap(start, (long) count * Pages.SIZE);
        patched = true;
        try {
            space.mmap(MapRequest.anonymous((long) count * Pages.SIZE).at(start).protect(protection));
            Arrays.fill(mine, page, page + count, 0);
            Arrays.fill(loose, page, page + count, false);
        } catch (MoraineException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            words = null;
            rest(mine, page, count);
        }
    }

    /** Unmaps what is left after another actor took the hole. */
    private void rest(long[] mine, int page, int count) {
        long from = base + (long) page * Pages.SIZE;
        if (page > 0) {
            space.munmap(base, from - base);
        }
        long end = from + (long) count * Pages.SIZE;
        long stop = base + (long) mine.length * Pages.SIZE;
        if (end < stop) {
            space.munmap(end, stop - end);
        }
    }

    private void protect() {
        protection = protection == Protection.READ_WRITE
                ? Protection.values()[random.nextInt(Protection.values().length)]
                : Protection.READ_WRITE;
        space.mprotect(base, pages() * (long) Pages.SIZE, protection);
    }

    private void unmap(long[] mine) {
        space.munmap(base, (long) mine.length * Pages.SIZE);
        words = null;
    }

    /** Proves every word. */
    void exact() {
        long[] mine = words;
        if (mine == null || protection == Protection.NONE) {
            return;
        }
        for (int page = 0; page < mine.length; page++) {
            same(mine, page, cpu.getLong(address(page)));
        }
    }
}
