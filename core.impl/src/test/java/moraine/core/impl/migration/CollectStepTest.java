package moraine.core.impl.migration;

import static moraine.core.impl.migration.MigrationRig.NEAR;
import static moraine.core.impl.migration.MigrationRig.page;
import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is held and what is left alone, also when the entry changes between being read and the frame being held. */
final class CollectStepTest {
    private final MigrationRig rig = MigrationRig.hidden();
    private final Slots slots = new Slots();
    private final FolioSplit split = new FolioSplit(rig.rooms);
    private @Nullable Runnable meanwhile;

    @AfterEach
    void close() {
        rig.close();
    }

    /** Selects as always, then lets the test act: the entry has been read, the frame is not held yet. */
    private final class Interrupted extends Selection {
        Interrupted(Order order) {
            super(rig.rooms, order);
        }

        @Override
        boolean allows(Vma vma, long head) {
            boolean allowed = super.allows(vma, head);
            Runnable action = meanwhile;
            meanwhile = null;
            if (action != null) {
                action.run();
            }
            return allowed;
        }
    }

    private void collect(long at, int pages) {
        collect(rig.to(NEAR), at, pages);
    }

    private void collect(Order order, long at, int pages) {
        var step = new CollectStep(rig.rooms, rig.agent, order, slots, new Interrupted(order), split);
        slots.clear(rig.space);
        rig.within(() -> {
            step.range(rig.space, at, page(at, pages));
            return 0;
        });
    }

    private void assertRefused(long pfn) {
        assertThat(slots.size).isZero();
        assertThat(slots.busy).isTrue();
        assertThat(rig.frames.locked(pfn)).isFalse();
    }

    @Test
    void shouldHoldWhatItCollects() {
        long at = rig.mapped(2, 2);
        collect(at, 2);
        assertThat(slots.size).isEqualTo(2);
        for (int slot = 0; slot < 2; slot++) {
            assertThat(slots.sources[slot]).isEqualTo(rig.pfn(page(at, slot)));
            assertThat(rig.frames.locked(slots.sources[slot])).isTrue();
            assertThat(rig.frames.refs(slots.sources[slot])).isEqualTo(2);
            rig.frames.letGo(slots.sources[slot]);
        }
    }

    @Test
    void shouldLetGoOfAFrameThatIsNoLongerMappedThere() {
        long at = rig.mapped(1, 1);
        long pfn = rig.pfn(at);
        rig.frames.get(pfn);
        meanwhile = () -> rig.space.munmap(at, Pages.SIZE);

        collect(at, 1);

        assertRefused(pfn);
        assertThat(rig.frames.refs(pfn)).isEqualTo(1);
        rig.put(pfn);
    }

    @Test
    void shouldLetGoOfAFrameWhosePlaceAnotherTook() {
        long at = rig.mapped(1, 1);
        long pfn = rig.pfn(at);
        rig.frames.get(pfn);
        meanwhile = () -> {
            rig.space.munmap(at, Pages.SIZE);
            rig.space.mmap(MapRequest.anonymous(Pages.SIZE).at(at));
            rig.cpu.putLong(at, 2);
        };

        collect(at, 1);

        assertRefused(pfn);
        assertThat(rig.frames.refs(pfn)).isEqualTo(1);
        rig.put(pfn);
    }

    @Test
    void shouldFreeAFrameThatItWasTheLastToHold() {
        long at = rig.mapped(1, 1);
        long pfn = rig.pfn(at);
        rig.frames.get(pfn);
        meanwhile = () -> {
            rig.space.munmap(at, Pages.SIZE);
            rig.put(pfn);
        };

        collect(at, 1);

        assertRefused(pfn);
        assertThat(rig.frames.refs(pfn)).isZero();
    }

    @Test
    void shouldLetGoOfAFolioThatWasSplit() {
        long at = rig.large();
        long head = rig.pfn(at);
        assertThat(Pte.large(rig.entry(at))).isTrue();
        meanwhile = () -> assertThat(split.split(rig.agent, head)).isTrue();

        collect(at, Pages.PER_LARGE);

        assertRefused(head);
        assertThat(rig.frames.refs(head)).isEqualTo(1);
    }

    @Test
    void shouldTakeAFolioWholeAndSplitOneThatIsNot() {
        long at = rig.large();
        collect(at, Pages.PER_LARGE);
        assertThat(slots.size).isEqualTo(1);
        assertThat(slots.pages[0]).isEqualTo(Pages.PER_LARGE);
        rig.frames.letGo(slots.sources[0]);

        collect(page(at, 3), 2);
        assertThat(slots.size).isEqualTo(2);
        assertThat(slots.pages[0]).isEqualTo(1);
        assertThat(Pte.large(rig.entry(at))).isFalse();
        rig.frames.letGo(slots.sources[0]);
        rig.frames.letGo(slots.sources[1]);
    }

    @Test
    void shouldSplitAFolioThatTheRangeCoversTheFrontOf() {
        long at = rig.large();
        collect(at, 3);
        assertThat(slots.size).isEqualTo(3);
        for (int slot = 0; slot < 3; slot++) {
            assertThat(slots.pages[slot]).isEqualTo(1);
            rig.frames.letGo(slots.sources[slot]);
        }
    }

    @Test
    void shouldNotSplitAFolioThatIsThereAlready() {
        long at = rig.large();
        assertThat(rig.move(at, Pages.PER_LARGE, NEAR)).isEqualTo(Pages.PER_LARGE);

        collect(page(at, 3), 2);

        assertThat(slots.size).isZero();
        assertThat(slots.already).isEqualTo(2);
        assertThat(Pte.large(rig.entry(at))).isTrue();
    }

    @Test
    void shouldWaitForNobodyWhoHoldsAFolioInItsWay() {
        long at = rig.large();
        long head = rig.pfn(at);
        rig.frames.get(head);

        collect(page(at, 3), 2);

        assertRefused(head);
        assertThat(Pte.large(rig.entry(at))).isTrue();
        rig.put(head);
    }

    @Test
    void shouldLeaveALockedPageAlone() {
        long at = rig.mapped(1, 1);
        long pfn = rig.pfn(at);
        assertThat(rig.frames.tryLock(pfn)).isTrue();

        collect(at, 1);

        assertThat(slots.size).isZero();
        assertThat(slots.busy).isTrue();
        assertThat(rig.frames.refs(pfn)).isEqualTo(1);
        rig.frames.unlock(pfn);
    }

    @Test
    void shouldLeaveAFrozenPageAlone() {
        long at = rig.mapped(1, 1);
        long pfn = rig.pfn(at);
        assertThat(rig.frames.freeze(pfn, 1)).isTrue();

        collect(at, 1);

        assertRefused(pfn);
        rig.frames.unfreeze(pfn, 1);
    }

    @Test
    void shouldLeaveAPageThatAnotherBatchMoves() {
        long at = rig.mapped(1, 1);
        long entry = rig.entry(at);
        long migrating = Pte.absent(entry, Pte.MIGRATING);
        assertThat(rig.space.table().replace(at, entry, migrating)).isTrue();

        collect(at, 1);

        assertRefused(Pte.pfn(entry));
        assertThat(rig.space.table().replace(at, migrating, entry)).isTrue();
    }

    @Test
    void shouldCollectHolesOnlyWhenAskedTo() {
        long at = rig.mapped(2, 1);
        collect(page(at, 1), 1);
        assertThat(slots.size).isZero();
        assertThat(slots.busy).isFalse();

        collect(rig.to(NEAR).withHoles(), page(at, 1), 1);
        assertThat(slots.states[0]).isEqualTo(Slots.HOLE);
    }

    @Test
    void shouldCollectNoHolesOfSharedMemory() {
        long at = rig.space.mmap(MapRequest.anonymous(Pages.SIZE).shared());
        collect(rig.to(NEAR).withHoles(), at, 1);
        assertThat(slots.size).isZero();
    }
}
