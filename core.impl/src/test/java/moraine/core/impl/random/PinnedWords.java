package moraine.core.impl.random;

import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import org.jspecify.annotations.Nullable;

/**
 * A pin of one actor on pages of small regions: what the actor writes through the pin shows through the mapping and the
 * other way round, and the pages stay where they are.
 */
final class PinnedWords implements AutoCloseable {
    private static final int MOST_PAGES = 8;

    private final Arena arena;
    private final CpuContext cpu;
    private final int actor;
    private final RandomGenerator random;
    private @Nullable Pin pin;
    private @Nullable Region region;
    private int first;
    private int[] nodes = {};

    PinnedWords(Arena arena, CpuContext cpu, int actor, RandomGenerator random) {
        this.arena = arena;
        this.cpu = cpu;
        this.actor = actor;
        this.random = random;
    }

    void operate() {
        Pin now = pin;
        Region where = region;
        if (now == null || where == null) {
            take();
        } else if (random.nextInt(4) == 0) {
            close();
        } else {
            use(now, where);
        }
    }

    private void take() {
        Region where = arena.anySmall(random);
        first = random.nextInt(where.pages);
        int count = 1 + random.nextInt(Math.min(MOST_PAGES, where.pages - first));
        int before = where.restrictions.get();
        PinKind kind = random.nextBoolean() ? PinKind.SHORT : PinKind.LONG;
        long start = where.base + (long) first * Pages.SIZE;
        try {
            Pin mine = arena.space.pin(start, (long) count * Pages.SIZE, kind, Intent.WRITE);
            pin = mine;
            region = where;
            nodes = new int[count];
            for (int page = 0; page < count; page++) {
                nodes[page] = mine.node(page);
                if (kind == PinKind.LONG && nodes[page] != 0) {
                    throw new AssertionError("a long pin left page " + page + " on node " + nodes[page]);
                }
            }
        } catch (MoraineException e) {
            boolean restricted = e.errno() == Errno.EFAULT && where.mayRefuse(before);
            if (!restricted && e.errno() != Errno.EBUSY) {
                throw e;
            }
        }
    }

    private void use(Pin now, Region where) {
        int page = random.nextInt(nodes.length);
        if (now.node(page) != nodes[page]) {
            throw new AssertionError(
                    "pinned page " + page + " went from node " + nodes[page] + " to " + now.node(page));
        }
        int slot = Region.firstSlot(first + page) + random.nextInt(2);
        long offset = where.address(actor, slot) - where.base - (long) first * Pages.SIZE;
        long[] word = new long[1];
        now.read(offset, MemorySegment.ofArray(word));
        where.exact(actor, slot, word[0]);
        long next = where.last[actor][slot] + 1;
        now.write(offset, MemorySegment.ofArray(new long[] {Word.of(actor, next)}));
        where.last[actor][slot] = next;
        if (where.attempt(() -> word[0] = cpu.getLong(where.address(actor, slot)))) {
            where.exact(actor, slot, word[0]);
        }
    }

    @Override
    public void close() {
        Pin now = pin;
        if (now != null) {
            now.close();
            pin = null;
            region = null;
        }
    }
}
