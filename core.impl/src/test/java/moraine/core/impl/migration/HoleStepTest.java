package moraine.core.impl.migration;

import static moraine.core.impl.migration.MigrationRig.DEVICE_PAGES;
import static moraine.core.impl.migration.MigrationRig.NEAR;
import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Holes and zero pages made at the destination, while somebody else does something to the address. */
final class HoleStepTest {
    private final MigrationRig rig = MigrationRig.reachable();

    @AfterEach
    void close() {
        rig.close();
    }

    private int fill(long at, int pages) {
        rig.to(NEAR).withHoles();
        return rig.run(at, pages);
    }

    /** A refused hole leaves nothing at the destination. */
    private void assertNothingLeft() {
        assertThat(rig.inUse(NEAR)).isEmpty();
    }

    @Test
    void shouldMakeHolesAndZeroPagesAtTheDestination() {
        long at = rig.mapped(2, 0);
        assertThat(rig.cpu.getLong(at)).isZero();
        assertThat(Pte.kind(rig.entry(at))).isEqualTo(Pte.ZERO);

        assertThat(fill(at, 2)).isEqualTo(2);

        for (int i = 0; i < 2; i++) {
            long pfn = rig.pfn(MigrationRig.page(at, i));
            assertThat(rig.frames.node(pfn)).isEqualTo(NEAR);
            assertThat(rig.frames.refs(pfn)).isEqualTo(1);
            assertThat(rig.frames.mappings(pfn)).isEqualTo(1);
            assertThat(Pte.writable(rig.entry(MigrationRig.page(at, i)))).isTrue();
        }
    }

    @Test
    void shouldShootDownWhoReadsTheZeroPage() {
        long at = rig.mapped(1, 0);
        assertThat(rig.cpu.getLong(at)).isZero();
        assertThat(fill(at, 1)).isEqualTo(1);

        rig.word(rig.pfn(at), 5);

        assertThat(rig.cpu.getLong(at)).isEqualTo(5);
    }

    @Test
    void shouldAnnounceBeforeTheZeroPageGoes() {
        long at = rig.mapped(1, 0);
        assertThat(rig.cpu.getLong(at)).isZero();
        rig.whenAnnounced(() -> assertThat(Pte.kind(rig.entry(at))).isEqualTo(Pte.ZERO));

        assertThat(fill(at, 1)).isEqualTo(1);
    }

    @Test
    void shouldClearWhatTheDestinationHeld() {
        long old = rig.mapped(1, 1);
        assertThat(rig.move(old, 1, NEAR)).isEqualTo(1);
        long pfn = rig.pfn(old);
        rig.space.munmap(old, Pages.SIZE);
        long at = rig.mapped(DEVICE_PAGES / 4, 0);

        assertThat(fill(at, DEVICE_PAGES / 4)).isEqualTo(DEVICE_PAGES / 4);

        assertThat(rig.inUse(NEAR)).contains(pfn);
        for (int i = 0; i < DEVICE_PAGES / 4; i++) {
            assertThat(rig.cpu.getLong(MigrationRig.page(at, i))).isZero();
        }
    }

    @Test
    void shouldLeaveThePageThatACpuMadeMeanwhile() {
        long at = rig.mapped(1, 0);
        rig.whenZeroed(() -> rig.cpu.putLong(at, 9));

        assertThat(fill(at, 1)).isZero();

        assertThat(rig.frames.node(rig.pfn(at))).isZero();
        assertThat(rig.cpu.getLong(at)).isEqualTo(9);
        assertNothingLeft();
    }

    @Test
    void shouldMapNothingWhereTheMappingIsGone() {
        long at = rig.mapped(1, 0);
        rig.whenZeroed(() -> rig.space.munmap(at, Pages.SIZE));

        assertThat(fill(at, 1)).isZero();

        assertThat(rig.entry(at)).isEqualTo(Pte.NONE);
        assertNothingLeft();
    }

    @Test
    void shouldMapNothingWhereTheMappingIsDead() {
        long at = rig.mapped(1, 0);
        rig.whenZeroed(() -> rig.vma(at).die());

        assertThat(fill(at, 1)).isZero();

        assertThat(rig.entry(at)).isEqualTo(Pte.NONE);
        assertNothingLeft();
    }

    @Test
    void shouldMapNothingThatMayNotBeRead() {
        long at = rig.mapped(1, 0);
        rig.space.mprotect(at, Pages.SIZE, Protection.NONE);

        assertThat(fill(at, 1)).isZero();

        assertThat(rig.entry(at)).isEqualTo(Pte.NONE);
        assertNothingLeft();
    }

    @Test
    void shouldMapReadOnlyWhatMayNotBeWritten() {
        long at = rig.mapped(1, 0);
        rig.space.mprotect(at, Pages.SIZE, Protection.READ);

        assertThat(fill(at, 1)).isEqualTo(1);

        assertThat(Pte.writable(rig.entry(at))).isFalse();
    }

    @Test
    void shouldMakeNoPrivatePageWhereSharedMemoryCame() {
        long at = rig.mapped(1, 0);
        rig.whenZeroed(() -> {
            rig.space.munmap(at, Pages.SIZE);
            rig.space.mmap(MapRequest.anonymous(Pages.SIZE).shared().at(at));
        });

        assertThat(fill(at, 1)).isZero();

        assertThat(rig.entry(at)).isEqualTo(Pte.NONE);
        assertNothingLeft();
    }

    @Test
    void shouldNotMakeSharedPages() {
        long at = rig.space.mmap(MapRequest.anonymous(Pages.SIZE).shared());

        assertThat(fill(at, 1)).isZero();

        assertThat(rig.entry(at)).isEqualTo(Pte.NONE);
    }
}
