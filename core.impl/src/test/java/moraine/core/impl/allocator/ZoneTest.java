package moraine.core.impl.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import moraine.core.api.model.Backing;
import moraine.core.impl.frames.FrameWord;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.NativeMemory;
import moraine.core.impl.tenants.Tenants;
import moraine.core.impl.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ZoneTest {
    private static final Watermarks NO_MARKS = new Watermarks(0, 0, 0);

    private final Frames frames = new Frames(Backing.STAMPS, new Types(), new NativeMemory());
    private final Tenants tenants = new Tenants();

    private Zone zone(long pages, Watermarks marks) {
        frames.addMemory(7, 10, 0);
        return new Zone(frames, 0, frames.addMemory(0, pages, 0), pages, marks);
    }

    private void use(long pfn, int order) {
        for (int i = 0; i < 1 << order; i++) {
            frames.handOut(pfn + i, FrameWord.inUse(0, 0));
        }
        tenants.charge(0, 0, 1 << order, false);
    }

    private void give(Zone zone, long pfn, int order) {
        for (int i = 0; i < 1 << order; i++) {
            frames.word0(pfn + i, 0);
        }
        tenants.uncharge(0, 0, 1 << order);
        zone.give(pfn, order);
    }

    private void assertSound(Zone zone) {
        assertThat(new ZoneAudit(frames, zone, 1).run(new Worker[0], tenants)).isEmpty();
    }

    private int[] blocks(Zone zone) {
        int[] blocks = new int[Zone.MAX_ORDER + 1];
        for (int order = 0; order <= Zone.MAX_ORDER; order++) {
            for (int at = zone.heads[order]; at != 0; at = FrameWord.freeNext(frames.word1(zone.first + at - 1))) {
                blocks[order]++;
            }
        }
        return blocks;
    }

    private record Held(long pfn, int order) {}

    @ParameterizedTest
    @CsvSource({"1, 3000", "2, 1023", "3, 1024", "4, 1", "5, 37", "6, 5000"})
    void shouldBehaveAsTheModel(long seed, int pages) {
        walk(new Random(seed), pages, 1_500, "seed " + seed);
    }

    @Test
    void shouldBehaveAsTheModelAcrossSections() {
        walk(new Random(11), 32768 + 1500, 60, "seed 11");
    }

    private void walk(Random random, int pages, int steps, String seed) {
        Zone zone = zone(pages, NO_MARKS);
        BuddyModel model = new BuddyModel(pages);
        List<Held> held = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            // Fill for a while, then empty for a while.
            if (random.nextInt(100) < (step / 200 % 2 == 0 ? 70 : 30)) {
                int order = random.nextInt(Zone.MAX_ORDER + 1);
                long pfn = zone.take(order, Reserve.NONE);
                assertThat(pfn >= 0)
                        .as("%s step %d order %d", seed, step, order)
                        .isEqualTo(model.has(order));
                if (pfn >= 0) {
                    assertThat(model.take((int) (pfn - zone.first), order))
                            .as("%s step %d: frames from %d of order %d free", seed, step, pfn, order)
                            .isTrue();
                    use(pfn, order);
                    held.add(new Held(pfn, order));
                }
            } else if (!held.isEmpty()) {
                Held gone = held.remove(random.nextInt(held.size()));
                model.give((int) (gone.pfn - zone.first), gone.order);
                give(zone, gone.pfn, gone.order);
            }
            assertThat(zone.free()).isEqualTo(model.free());
            assertThat(blocks(zone)).as("%s step %d", seed, step).isEqualTo(model.blocks());
            assertSound(zone);
        }
        for (Held last : held) {
            model.give((int) (last.pfn - zone.first), last.order);
            give(zone, last.pfn, last.order);
        }
        assertThat(zone.free()).isEqualTo(pages);
        assertThat(blocks(zone)).isEqualTo(model.blocks());
    }

    @Test
    void shouldHandOutAscending() {
        Zone zone = zone(2 * 32768 + 1024, NO_MARKS);
        for (int i = 0; i < zone.pages; i++) {
            assertThat(zone.take(0, Reserve.NONE)).isEqualTo(zone.first + i);
        }
        assertThat(zone.take(0, Reserve.NONE)).isEqualTo(-1);
    }

    @Test
    void shouldHandOutLargeBlocksAscendingAndAligned() {
        Zone zone = zone(40_000, NO_MARKS);
        long last = -1;
        int n = 0;
        for (long pfn = zone.take(9, Reserve.NONE); pfn >= 0; pfn = zone.take(9, Reserve.NONE)) {
            assertThat(pfn).isGreaterThan(last);
            assertThat(pfn % 512).isZero();
            last = pfn;
            n++;
        }
        assertThat(n).isEqualTo(40_000 / 512);
    }

    @Test
    void shouldSplitTheSmallestBlockAndKeepTheUpperHalves() {
        Zone zone = zone(1024, NO_MARKS);

        use(zone.take(3, Reserve.NONE), 3);

        assertThat(blocks(zone)).containsExactly(0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0);
        use(zone.take(5, Reserve.NONE), 5);
        assertThat(blocks(zone)).containsExactly(0, 0, 0, 1, 1, 0, 1, 1, 1, 1, 0);
    }

    @Test
    void shouldJoinBuddiesOnlyOfTheSameOrder() {
        Zone zone = zone(16, NO_MARKS);
        for (int i = 0; i < 4; i++) {
            use(zone.take(2, Reserve.NONE), 2);
        }
        give(zone, zone.first + 4, 2);
        give(zone, zone.first + 8, 2);
        assertThat(blocks(zone)).containsExactly(0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0);
        give(zone, zone.first + 12, 2);
        assertThat(blocks(zone)).containsExactly(0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0);
        give(zone, zone.first, 2);
        assertThat(blocks(zone)).containsExactly(0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void shouldMakeRecordsOnlyOfSectionsThatAreNeeded() {
        Zone zone = zone(3 * 32768L, NO_MARKS);
        long before = frames.metadataBytes();

        use(zone.take(0, Reserve.NONE), 0);
        long one = frames.metadataBytes();

        assertThat(one - before).isBetween(25L * 32768, 27L * 32768);
        assertThat(zone.free()).isEqualTo(3 * 32768 - 1);
        for (int i = 0; i < 32; i++) {
            assertThat(zone.take(10, Reserve.NONE)).isPositive();
        }
        assertThat(frames.metadataBytes() - before).isEqualTo(2 * (one - before));
    }

    @Test
    void shouldKeepTheReserveForThoseWhoMayUseIt() {
        Zone zone = zone(64, new Watermarks(8, 16, 24));
        for (int i = 0; i < 56; i++) {
            assertThat(zone.take(0, Reserve.NONE)).isNotNegative();
        }

        assertThat(zone.take(0, Reserve.NONE)).isEqualTo(-1);
        assertThat(zone.take(3, Reserve.EVICTION)).isNotNegative();
        assertThat(zone.take(0, Reserve.EVICTION)).isEqualTo(-1);
        assertThat(zone.free()).isZero();
    }

    @Test
    void shouldFillCachesAboveTheLowMarkOnly() {
        Zone zone = zone(64, new Watermarks(8, 16, 24));
        long[] into = new long[64];

        assertThat(zone.takeSome(into, 40)).isEqualTo(40);
        assertThat(zone.takeSome(into, 40)).isEqualTo(8);
        assertThat(zone.takeSome(into, 40)).isZero();
        assertThat(zone.free()).isEqualTo(16);
        assertThat(zone.mode()).isZero();
    }

    @Test
    void shouldTellOfEachCrossingOnce() {
        Zone zone = zone(64, new Watermarks(8, 16, 24));
        for (int i = 0; i < 48; i++) {
            zone.take(0, Reserve.NONE);
            assertThat(zone.pollNews()).isFalse();
        }
        zone.take(0, Reserve.NONE);
        assertThat(zone.mode()).isEqualTo(Zone.PRESSED);
        assertThat(zone.pollNews()).isTrue();
        assertThat(zone.pollNews()).isFalse();
        zone.take(0, Reserve.NONE);
        assertThat(zone.pollNews()).isFalse();

        zone.give(zone.first, 0);
        zone.give(zone.first + 1, 0);
        assertThat(zone.mode()).isZero();
        zone.take(0, Reserve.NONE);
        assertThat(zone.pollNews()).isTrue();
        assertThat(zone.take(6, Reserve.NONE)).isEqualTo(-1);
        assertThat(zone.pollNews()).isTrue();
        assertThat(zone.take(6, Reserve.NONE)).isEqualTo(-1);
        assertThat(zone.pollNews()).isFalse();
        zone.give(zone.first, 0);
        assertThat(zone.take(6, Reserve.NONE)).isEqualTo(-1);
        assertThat(zone.pollNews()).isTrue();
    }
}
