package moraine.core.impl.migration;

import static moraine.core.impl.migration.MigrationRig.NEAR;
import static moraine.core.impl.migration.MigrationRig.page;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import moraine.core.impl.frames.FrameWord;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Walks change the entries of one folio and no others of its family. */
final class ReverseMapTest {
    private static final int PAGES = 512;

    private final MigrationRig rig = MigrationRig.hidden();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void shouldMoveACommonPageInEverySpaceAndNoOther() {
        long at = rig.mapped(3, 3);
        var child = (SpaceImpl) rig.space.fork("child");
        try (var other = child.attach(0)) {
            other.putLong(at, 7);
            other.putLong(page(at, 1), 8);
        }
        long own = child.table().get(at);
        long moving = Pte.absent(child.table().get(page(at, 1)), Pte.MIGRATING);
        long second = child.table().get(page(at, 1));
        assertThat(child.table().replace(page(at, 1), second, moving)).isTrue();

        assertThat(rig.move(at, 3, NEAR)).isEqualTo(3);

        assertThat(child.table().get(at)).as("its own page").isEqualTo(own);
        assertThat(child.table().get(page(at, 1))).as("another batch's page").isEqualTo(moving);
        assertThat(child.table().replace(page(at, 1), moving, second)).isTrue();
        assertThat(Pte.pfn(child.table().get(page(at, 2)))).isEqualTo(rig.pfn(page(at, 2)));
        assertThat(rig.frames.mappings(rig.pfn(page(at, 2)))).isEqualTo(2);
        assertThat(rig.frames.refs(rig.pfn(page(at, 2)))).isEqualTo(2);
        child.close();
    }

    /** The entry of the zero page names frame 0, which is a frame like others. */
    @Test
    void shouldNotTakeTheZeroPageForFrameZero() {
        long at = rig.mapped(PAGES - 1, 0);
        for (int i = 0; i < PAGES - 1; i++) {
            rig.cpu.getLong(page(at, i));
        }
        var child = (SpaceImpl) rig.space.fork("child");
        boolean zero = false;
        for (int i = 0; i < PAGES - 1; i++) {
            rig.cpu.putLong(page(at, i), 1);
            zero |= rig.pfn(page(at, i)) == 0;
        }
        assertThat(zero).as("frame 0 is in use").isTrue();

        assertThat(rig.move(at, PAGES - 1, NEAR)).isEqualTo(PAGES - 1);

        for (int i = 0; i < PAGES - 1; i++) {
            assertThat(Pte.kind(child.table().get(page(at, i)))).isEqualTo(Pte.ZERO);
        }
        child.close();
    }

    @Test
    void shouldNotMapMoreThanAFrameCanCount() {
        long at = rig.mapped(1, 1);
        long entry = rig.entry(at);
        long pfn = Pte.pfn(entry);
        long moving = Pte.absent(entry, Pte.MIGRATING);
        assertThat(rig.space.table().replace(at, entry, moving)).isTrue();
        rig.frames.reset(pfn, FrameWord.REFS_MAX, 0);

        assertThatThrownBy(() -> new ReverseMap(rig.rooms).remap(rig.agent, pfn, pfn))
                .hasMessageContaining("65535");

        assertThat(rig.entry(at)).isEqualTo(moving);
        assertThat(rig.vma(at).object().locked()).isFalse();
        rig.frames.reset(pfn, 1, 1);
        assertThat(rig.space.table().replace(at, moving, entry)).isTrue();
    }

    @Test
    void shouldHoldOneObjectAtATime() {
        long first = rig.mapped(2, 2);
        long shared = rig.shared(1);
        var run = new ObjectRun(rig.rooms);

        assertThat(run.enter(rig.pfn(first))).isSameAs(rig.vma(first).object());
        assertThat(run.enter(rig.pfn(page(first, 1)))).isSameAs(rig.vma(first).object());
        assertThat(rig.vma(first).object().locked()).isTrue();
        assertThat(run.enter(rig.pfn(shared))).isSameAs(rig.vma(shared).object());
        assertThat(rig.vma(first).object().locked()).isFalse();
        run.leave();
        run.leave();

        assertThat(rig.vma(shared).object().locked()).isFalse();
    }
}
