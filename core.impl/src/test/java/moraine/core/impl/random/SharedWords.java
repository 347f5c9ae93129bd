package moraine.core.impl.random;

import java.util.random.RandomGenerator;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;

/** What a CPU does to words of shared regions through one context. */
final class SharedWords {
    private final int actor;
    private final int actors;
    private final RandomGenerator random;
    private final long[] page = new long[Pages.SIZE / Long.BYTES];

    SharedWords(int actor, int actors, RandomGenerator random) {
        this.actor = actor;
        this.actors = actors;
        this.random = random;
    }

    /** Does one access of some kind. */
    void access(CpuContext cpu, Region region) {
        int slot = random.nextInt(region.slots());
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5, 6 -> write(cpu, region, slot);
            case 7, 8, 9, 10, 11, 12 -> read(cpu, region, random.nextInt(actors), slot);
            case 13, 14 -> readOwn(cpu, region, slot);
            case 15 -> add(cpu, region, slot);
            case 16 -> exchange(cpu, region, slot);
            case 17 -> readPage(cpu, region, Region.pageOf(slot));
            case 18 -> writeOwnAsBytes(cpu, region, slot);
            default -> touch(cpu, region, slot);
        }
    }

    void write(CpuContext cpu, Region region, int slot) {
        long next = region.last[actor][slot] + 1;
        if (region.attempt(() -> cpu.putLong(region.address(actor, slot), Word.of(actor, next)))) {
            region.last[actor][slot] = next;
        }
    }

    private void read(CpuContext cpu, Region region, int writer, int slot) {
        long[] word = new long[1];
        if (region.attempt(() -> word[0] = cpu.getLong(region.address(writer, slot)))) {
            region.observe(actor, writer, slot, word[0]);
        }
    }

    private void readOwn(CpuContext cpu, Region region, int slot) {
        long[] word = new long[1];
        if (region.attempt(() -> word[0] = cpu.getLong(region.address(actor, slot)))) {
            region.exact(actor, slot, word[0]);
        }
    }

    private void add(CpuContext cpu, Region region, int slot) {
        long before = region.last[actor][slot];
        if (before == 0) {
            write(cpu, region, slot);
            return;
        }
        long[] word = new long[1];
        if (region.attempt(() -> word[0] = cpu.getAndAddLong(region.address(actor, slot), 1))) {
            region.exact(actor, slot, word[0]);
            region.last[actor][slot] = before + 1;
        }
    }

    private void exchange(CpuContext cpu, Region region, int slot) {
        long before = region.last[actor][slot];
        boolean[] done = new boolean[1];
        boolean allowed = region.attempt(() -> done[0] =
                cpu.compareAndSetLong(region.address(actor, slot), Word.of(actor, before), Word.of(actor, before + 1)));
        if (allowed && !done[0]) {
            throw new AssertionError(region.where(actor, slot) + " did not hold write " + before);
        }
        if (allowed) {
            region.last[actor][slot] = before + 1;
        }
    }

    private void readPage(CpuContext cpu, Region region, int number) {
        var target = java.lang.foreign.MemorySegment.ofArray(page);
        if (!region.attempt(() -> cpu.read(region.base + (long) number * Pages.SIZE, target))) {
            return;
        }
        for (int slot = Region.firstSlot(number); slot < Region.firstSlot(number + 1); slot++) {
            for (int writer = 0; writer < actors; writer++) {
                int index = (int) (region.address(writer, slot) & Pages.OFFSET_MASK) / Long.BYTES;
                region.observe(actor, writer, slot, page[index]);
            }
        }
    }

    private void writeOwnAsBytes(CpuContext cpu, Region region, int slot) {
        long next = region.last[actor][slot] + 1;
        var source = java.lang.foreign.MemorySegment.ofArray(new long[] {Word.of(actor, next)});
        if (region.attempt(() -> cpu.write(region.address(actor, slot), source))) {
            region.last[actor][slot] = next;
        }
    }

    private void touch(CpuContext cpu, Region region, int slot) {
        Intent intent = random.nextBoolean() ? Intent.READ : Intent.WRITE;
        int pages = Math.min(1 + random.nextInt(8), region.pages - Region.pageOf(slot));
        long start = region.base + (long) Region.pageOf(slot) * Pages.SIZE;
        region.attempt(() -> cpu.touch(start, pages * Pages.SIZE, intent));
    }
}
