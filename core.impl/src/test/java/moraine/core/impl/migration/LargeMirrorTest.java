package moraine.core.impl.migration;

import static moraine.core.impl.migration.MigrationRig.NEAR;
import static moraine.core.impl.migration.MigrationRig.page;
import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Devices map 2 MiB at once where the CPU's entry is one leaf. */
final class LargeMirrorTest {
    private static final int ALL = Pages.PER_LARGE;

    private final MigrationRig rig = MigrationRig.hidden();

    @AfterEach
    void close() {
        rig.close();
    }

    private long device(long address) {
        return rig.deviceTable(NEAR).table().get(address);
    }

    private void assertMapped(long at, int from, int to, boolean mapped) {
        for (int i = from; i < to; i++) {
            assertThat(Pte.kind(device(page(at, i)))).isEqualTo(mapped ? Pte.PRESENT : Pte.NONE);
        }
    }

    @Test
    void shouldMoveAndMapAFolioForOneFault() {
        long at = rig.filledLarge();

        rig.increment(NEAR, page(at, 3), 1);

        assertThat(Pte.large(rig.entry(at))).isTrue();
        assertThat(rig.frames.node(rig.pfn(at))).isEqualTo(NEAR);
        assertThat(Pte.large(device(at))).isTrue();
        assertThat(Pte.pfn(device(page(at, 7)))).isEqualTo(rig.pfn(at) + 7);
        rig.increment(NEAR, at, ALL);
        assertThat(rig.counter("device.faults")).as("all others are translated").isEqualTo(1);
        assertThat(rig.counter("device.mapped.large.leaves")).isEqualTo(1);
        assertThat(rig.cpu.getLong(page(at, 3))).isEqualTo(6);
        assertThat(rig.cpu.getLong(page(at, 4))).isEqualTo(6);
        assertMapped(at, 0, ALL, false);
    }

    @Test
    void shouldMoveAFolioWholeWhilePrefetchGoesByDensity() {
        try (MigrationRig prefetching = MigrationRig.prefetching()) {
            long at = prefetching.filledLarge();
            prefetching.increment(NEAR, page(at, 3), 1);
            assertThat(Pte.large(prefetching.entry(at))).isTrue();
            assertThat(prefetching.frames.node(prefetching.pfn(at))).isEqualTo(NEAR);
            assertThat(prefetching.counter("folio.splits")).isZero();
        }
    }

    @Test
    void shouldMakeAndMapAFolioOfAHole() {
        long at = rig.untouchedLarge();

        rig.increment(NEAR, page(at, 9), 1);

        assertThat(Pte.large(device(at))).isTrue();
        assertThat(rig.frames.node(rig.pfn(at))).isEqualTo(NEAR);
        assertThat(rig.cpu.getLong(page(at, 9))).isEqualTo(1);
    }

    @Test
    void shouldMarkTheLeafYoungAndDirty() {
        long at = rig.filledLarge();

        rig.increment(NEAR, page(at, 3), 1);

        assertThat(device(at) & (Pte.YOUNG | Pte.DIRTY)).isEqualTo(Pte.YOUNG | Pte.DIRTY);
        assertThat(rig.frames.testAndClearYoung(rig.pfn(at))).isTrue();
    }

    @Test
    void shouldKeepTheRestOfALeafThatIsInvalidatedInPart() {
        long at = rig.filledLarge();
        rig.increment(NEAR, at, 1);
        long head = rig.pfn(at);

        rig.space.notifiers().start(Notifiers.Event.CLEAR, page(at, 5), page(at, 8));
        rig.space.notifiers().end();

        assertThat(Pte.large(device(at))).isFalse();
        assertMapped(at, 0, 5, true);
        assertMapped(at, 5, 8, false);
        assertMapped(at, 8, ALL, true);
        assertThat(Pte.pfn(device(page(at, 8)))).isEqualTo(head + 8);

        rig.increment(NEAR, page(at, 6), 1);
        assertThat(Pte.large(device(at))).as("the CPU's is a leaf still").isTrue();
        assertThat(rig.cpu.getLong(page(at, 6))).isEqualTo(8);
    }

    @Test
    void shouldTakeALeafAwayWhole() {
        long at = rig.filledLarge();
        rig.increment(NEAR, at, 1);

        rig.space.notifiers().start(Notifiers.Event.CLEAR, at, at + Pages.LARGE_SIZE);
        rig.space.notifiers().end();

        assertMapped(at, 0, ALL, false);
    }

    @Test
    void shouldReplaceSmallTranslationsByALeaf() {
        long at = rig.untouchedLarge();
        assertThat(rig.cpu.getLong(at)).isZero();
        rig.increment(NEAR, at, 2);
        rig.space.notifiers().start(Notifiers.Event.CLEAR, at, page(at, 1));
        rig.space.notifiers().end();

        rig.increment(NEAR, at, ALL);

        assertThat(Pte.large(device(at))).isTrue();
        assertThat(rig.cpu.getLong(page(at, 1))).isEqualTo(2);
        assertThat(rig.cpu.getLong(page(at, 2))).isEqualTo(1);
    }

    @Test
    void shouldFollowASplit() {
        long at = rig.filledLarge();
        rig.increment(NEAR, at, 1);

        rig.space.mprotect(page(at, 4), Pages.SIZE, Protection.READ);
        assertMapped(at, 0, ALL, false);
        rig.increment(NEAR, page(at, 5), 2);

        assertThat(Pte.large(device(page(at, 5)))).isFalse();
        assertThat(rig.cpu.getLong(page(at, 4))).isEqualTo(5);
        assertThat(rig.cpu.getLong(page(at, 5))).isEqualTo(7);
    }

    @Test
    void shouldMapTheZeroPageWholeAndWriteToIt() {
        long at = rig.space.mmap(
                MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE).protect(Protection.READ));
        assertThat(rig.cpu.getLong(at)).isZero();
        rig.space.mprotect(at, Pages.LARGE_SIZE, Protection.READ_WRITE);

        rig.increment(NEAR, page(at, 1), 1);

        assertThat(rig.cpu.getLong(page(at, 1))).isEqualTo(1);
        assertThat(rig.cpu.getLong(page(at, 2))).isZero();
    }
}
