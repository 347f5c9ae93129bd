package moraine.core.impl.migration;

import static moraine.core.impl.migration.MigrationRig.DEVICE_PAGES;
import static moraine.core.impl.migration.MigrationRig.NEAR;
import static moraine.core.impl.migration.MigrationRig.OTHER;
import static moraine.core.impl.migration.MigrationRig.page;
import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pages are found by frame number, without any address: lists in any order, and runs of frames. */
final class FrameListTest {
    private final MigrationRig rig = MigrationRig.hidden();
    private final Evictor evictor = new Evictor(rig.rooms);

    @AfterEach
    void close() {
        rig.close();
    }

    private int evict(long[] pfns, int wanted) {
        return rig.within(() -> evictor.evictFrames(rig.agent, NEAR, pfns, pfns.length, wanted));
    }

    private long onDevice(int pages) {
        long at = rig.mapped(pages, pages);
        assertThat(rig.move(at, pages, NEAR)).isEqualTo(pages);
        return at;
    }

    private boolean home(long address) {
        return rig.frames.node(rig.pfn(address)) == 0;
    }

    @Test
    void shouldMoveAListInAnyOrder() {
        long at = onDevice(8);
        long[] pfns = {rig.pfn(page(at, 6)), rig.pfn(page(at, 1)), rig.pfn(page(at, 3))};

        assertThat(evict(pfns, 8)).isEqualTo(3);

        for (int i = 0; i < 8; i++) {
            assertThat(home(page(at, i))).isEqualTo(i == 6 || i == 1 || i == 3);
            assertThat(rig.cpu.getLong(page(at, i))).isEqualTo(i + 1);
        }
    }

    @Test
    void shouldPassOverWhatIsNotThere() {
        long at = onDevice(2);
        long other = rig.mapped(1, 1);
        assertThat(rig.move(other, 1, OTHER)).isEqualTo(1);
        long first = rig.pfn(at);
        long[] pfns = {rig.pfn(other), first, first, rig.pfn(page(at, 1)) + 100, 1L << 35};

        assertThat(evict(pfns, 8)).isEqualTo(1);

        assertThat(rig.frames.node(rig.pfn(other))).isEqualTo(OTHER);
        assertThat(home(at)).isTrue();
    }

    @Test
    void shouldStopWhenItIsEnough() {
        long at = onDevice(4);
        long[] pfns = {rig.pfn(at), rig.pfn(page(at, 1)), rig.pfn(page(at, 2))};

        assertThat(evict(pfns, 2)).isEqualTo(2);
    }

    @Test
    void shouldLeaveOthersAloneWhenOneIsHeld() {
        long at = onDevice(3);
        long held = rig.pfn(page(at, 1));
        assertThat(rig.frames.get(held)).isTrue();
        long[] pfns = {rig.pfn(at), held, rig.pfn(page(at, 2))};

        assertThat(evict(pfns, 8)).isEqualTo(2);

        assertThat(home(page(at, 1))).isFalse();
        rig.put(held);
        assertThat(rig.cpu.getLong(page(at, 1))).isEqualTo(2);
    }

    @Test
    void shouldMoveTheFoliosAndPagesOfARange() {
        long large = rig.filledLarge();
        assertThat(rig.move(large, Pages.PER_LARGE, NEAR)).isEqualTo(Pages.PER_LARGE);
        long at = onDevice(5);
        long first = rig.inUse(NEAR).getFirst() & -Pages.PER_LARGE;

        int left = rig.within(() -> evictor.evictRange(rig.agent, NEAR, first, DEVICE_PAGES));

        assertThat(left).isEqualTo(Pages.PER_LARGE + 5);
        assertThat(rig.inUse(NEAR)).isEmpty();
        assertThat(Pte.large(rig.entry(large))).isTrue();
        rig.assertFilled(large);
        assertThat(rig.cpu.getLong(page(at, 4))).isEqualTo(5);
    }

    @Test
    void shouldMoveRangesOfManyMappingsInOneBatch() {
        long at = rig.space.mmap(MapRequest.anonymous(2 * Pages.LARGE_SIZE));
        rig.space.munmap(page(at, 100), 600L * Pages.SIZE);
        for (int i = 0; i < 100; i++) {
            rig.cpu.putLong(page(at, i), i);
            rig.cpu.putLong(page(at, 700 + i), i);
        }
        int[] announcements = {0};
        rig.whenAnnounced(() -> announcements[0]++);

        assertThat(rig.move(at, 2 * Pages.PER_LARGE, NEAR)).isEqualTo(200);

        assertThat(announcements[0]).isEqualTo(1);
        for (int i = 0; i < 100; i++) {
            assertThat(rig.cpu.getLong(page(at, i))).isEqualTo(i);
            assertThat(rig.cpu.getLong(page(at, 700 + i))).isEqualTo(i);
        }
    }
}
