package moraine.core.impl.migration;

import static moraine.core.impl.migration.MigrationRig.NEAR;
import static moraine.core.impl.migration.MigrationRig.page;
import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Untouched 2 MiB of a mapping of large pages, and 2 MiB of the zero page, become one folio at the destination. */
final class LargeHoleTest {
    private static final int ALL = Pages.PER_LARGE;

    private final MigrationRig rig = MigrationRig.hidden();

    @AfterEach
    void close() {
        rig.close();
    }

    private int fill(long at, int pages) {
        rig.to(NEAR).withHoles();
        return rig.run(at, pages);
    }

    private void assertZeroFolio(long at) {
        assertThat(Pte.large(rig.entry(at))).isTrue();
        assertThat(Pte.kind(rig.entry(at))).isEqualTo(Pte.DEVICE_PRIVATE);
        assertThat(rig.frames.node(rig.pfn(at))).isEqualTo(NEAR);
        assertThat(rig.frames.refs(rig.pfn(at))).isEqualTo(1);
        assertThat(rig.frames.mappings(rig.pfn(at))).isEqualTo(1);
        for (int i = 0; i < ALL; i += 73) {
            assertThat(rig.cpu.getLong(page(at, i))).isZero();
        }
    }

    @Test
    void shouldMakeAFolioOfWhatNobodyTouched() {
        long at = rig.untouchedLarge();

        assertThat(fill(at, ALL)).isEqualTo(ALL);

        assertThat(Pte.writable(rig.entry(at))).isTrue();
        assertZeroFolio(at);
        assertThat(rig.counter("migrate.made.on.device.pages")).isEqualTo(ALL);
    }

    @Test
    void shouldMakeAFolioThatMayOnlyBeRead() {
        long at = rig.untouchedLarge();
        rig.space.mprotect(at, Pages.LARGE_SIZE, Protection.READ);

        assertThat(fill(at, ALL)).isEqualTo(ALL);

        assertThat(Pte.writable(rig.entry(at))).isFalse();
        assertZeroFolio(at);
    }

    @Test
    void shouldMakeAFolioOfTheZeroPage() {
        long at = rig.untouchedLarge();
        assertThat(rig.cpu.getLong(page(at, 5))).isZero();
        assertThat(Pte.large(rig.entry(at)))
                .as("one read shows 2 MiB of the zero page")
                .isTrue();
        assertThat(Pte.kind(rig.entry(at))).isEqualTo(Pte.ZERO);

        assertThat(fill(at, ALL)).isEqualTo(ALL);

        assertZeroFolio(at);
    }

    @Test
    void shouldMakeSmallPagesWhereThereIsNoRoomForAFolio() {
        long at = rig.untouchedLarge();
        assertThat(rig.cpu.getLong(at)).isZero();
        try (var _ = Fragments.of(rig.rooms, NEAR)) {
            assertThat(fill(at, ALL)).isEqualTo(ALL);
        }

        assertThat(Pte.large(rig.entry(at))).isFalse();
        assertThat(rig.inUse(NEAR)).hasSize(ALL);
        assertThat(rig.agent.batch().full()).isFalse();
        assertThat(rig.cpu.getLong(page(at, 9))).isZero();
    }

    @Test
    void shouldMakeSmallPagesOfAPartOfTheZeroPage() {
        long at = rig.untouchedLarge();
        assertThat(rig.cpu.getLong(at)).isZero();

        assertThat(fill(page(at, 8), 4)).isEqualTo(4);

        assertThat(Pte.kind(rig.entry(page(at, 7)))).isEqualTo(Pte.ZERO);
        assertThat(Pte.kind(rig.entry(page(at, 8)))).isEqualTo(Pte.DEVICE_PRIVATE);
        assertThat(Pte.kind(rig.entry(page(at, 12)))).isEqualTo(Pte.ZERO);
        assertThat(rig.cpu.getLong(page(at, 8))).isZero();
    }

    @Test
    void shouldMakeSmallPagesWhereSomeAreTouched() {
        long at = rig.untouchedLarge();
        assertThat(rig.cpu.getLong(at)).isZero();
        rig.space.mprotect(page(at, 3), Pages.SIZE, Protection.NONE);
        rig.space.mprotect(page(at, 3), Pages.SIZE, Protection.READ_WRITE);
        rig.cpu.putLong(page(at, 3), 4);

        assertThat(fill(at, ALL)).isEqualTo(ALL);

        assertThat(Pte.large(rig.entry(at))).isFalse();
        assertThat(rig.cpu.getLong(page(at, 3))).isEqualTo(4);
    }

    @Test
    void shouldLeaveTheFolioThatACpuMadeMeanwhile() {
        long at = rig.untouchedLarge();
        rig.whenZeroed(() -> rig.cpu.putLong(page(at, 2), 3));

        assertThat(fill(at, ALL)).isZero();

        assertThat(rig.frames.node(rig.pfn(at))).isZero();
        assertThat(rig.cpu.getLong(page(at, 2))).isEqualTo(3);
        assertThat(rig.inUse(NEAR)).isEmpty();
    }

    @Test
    void shouldMapNothingWhereTheMappingShrank() {
        long at = rig.untouchedLarge();
        rig.whenZeroed(() -> rig.space.munmap(page(at, 500), Pages.SIZE));

        assertThat(fill(at, ALL)).isZero();

        assertThat(rig.entry(at)).isEqualTo(Pte.NONE);
        assertThat(rig.inUse(NEAR)).isEmpty();
    }

    @Test
    void shouldWriteToThePageOfAllZeroes() {
        long at = rig.untouchedLarge();
        assertThat(rig.cpu.getLong(at)).isZero();

        rig.cpu.putLong(page(at, 4), 5);

        assertThat(Pte.large(rig.entry(at))).isTrue();
        assertThat(rig.cpu.getLong(at)).isZero();
        assertThat(rig.cpu.getLong(page(at, 4))).isEqualTo(5);
    }

    @Test
    void shouldWriteOnePageOfAllZeroesWhereThereIsNoLargePage() {
        long at = rig.untouchedLarge();
        assertThat(rig.cpu.getLong(at)).isZero();
        try (var _ = Fragments.of(rig.rooms, 0)) {
            rig.cpu.putLong(page(at, 4), 5);
        }

        assertThat(Pte.large(rig.entry(at))).isFalse();
        assertThat(Pte.kind(rig.entry(at))).isEqualTo(Pte.ZERO);
        assertThat(rig.cpu.getLong(page(at, 4))).isEqualTo(5);
        assertThat(rig.cpu.getLong(page(at, 5))).isZero();
    }

    @Test
    void shouldUnmapForkAndMoveThePageOfAllZeroes() {
        long at = rig.untouchedLarge();
        assertThat(rig.cpu.getLong(at)).isZero();
        try (var child = rig.space.fork("child");
                var cpu = child.attach(0)) {
            cpu.putLong(page(at, 1), 7);
            assertThat(rig.cpu.getLong(page(at, 1))).isZero();
            rig.space.munmap(page(at, 2), Pages.SIZE);
            assertThat(cpu.getLong(page(at, 2))).isZero();
        }
        long to = rig.space.mremap(page(at, 3), 8L * Pages.SIZE, 600L * Pages.SIZE, true);
        assertThat(rig.cpu.getLong(to)).isZero();
        long whole = rig.space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
        assertThat(rig.cpu.getLong(whole)).isZero();
        rig.space.munmap(whole, Pages.LARGE_SIZE);
        assertThat(rig.entry(whole)).isEqualTo(Pte.NONE);
    }
}
