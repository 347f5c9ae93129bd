package moraine.core.impl.migration;

import static moraine.core.impl.migration.MigrationRig.NEAR;
import static moraine.core.impl.migration.MigrationRig.page;
import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.model.Errno;
import moraine.core.api.model.Pages;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a CPU's touch of hidden memory ends in. */
final class BringBackTest {
    private final MigrationRig rig = MigrationRig.hidden(2);

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void shouldComeAgainForAPageThatIsHeld() {
        long at = rig.mapped(1, 1);
        assertThat(rig.move(at, 1, NEAR)).isEqualTo(1);
        long pfn = rig.pfn(at);
        assertThat(rig.frames.tryLock(pfn)).isTrue();
        assertThat(rig.bringBack(at)).isEqualTo(Errno.EBUSY);
        rig.frames.unlock(pfn);

        assertThat(rig.bringBack(at)).isEqualTo(Errno.OK);
        assertThat(rig.frames.node(rig.pfn(at))).isZero();
    }

    @Test
    void shouldReportThatThereIsNoRoom() {
        long at = rig.mapped(1, 1);
        assertThat(rig.move(at, 1, NEAR)).isEqualTo(1);
        var taken = rig.takeRam(true);

        assertThat(rig.bringBack(at)).isEqualTo(Errno.ENOMEM);

        taken.forEach(rig::put);
        assertThat(rig.cpu.getLong(at)).isEqualTo(1);
    }

    @Test
    void shouldNotComeAgainForAHeldNeighbourWhenThereIsNoRoom() {
        long at = rig.mapped(2, 2);
        assertThat(rig.move(at, 2, NEAR)).isEqualTo(2);
        long held = rig.pfn(page(at, 1));
        var taken = rig.takeRam(true);
        assertThat(rig.frames.tryLock(held)).isTrue();

        assertThat(rig.bringBack(at)).isEqualTo(Errno.ENOMEM);
        assertThat(rig.bringBack(page(at, 1))).isEqualTo(Errno.EBUSY);

        rig.frames.unlock(held);
        assertThat(rig.bringBack(page(at, 1))).isEqualTo(Errno.ENOMEM);
        taken.forEach(rig::put);
    }

    @Test
    void shouldBringAFolioWhole() {
        long at = rig.large();
        assertThat(rig.move(at, Pages.PER_LARGE, NEAR)).isEqualTo(Pages.PER_LARGE);

        assertThat(rig.bringBack(page(at, 7))).isEqualTo(Errno.OK);

        assertThat(Pte.large(rig.entry(at))).isTrue();
        assertThat(rig.frames.node(rig.pfn(at))).isZero();
        assertThat(rig.cpu.getLong(at)).isEqualTo(1);
    }

    @Test
    void shouldBringTheTouchedPageOfAFolioThatFindsNoRoomWhole() {
        long at = rig.large();
        assertThat(rig.move(at, Pages.PER_LARGE, NEAR)).isEqualTo(Pages.PER_LARGE);
        var taken = rig.takeRam(true);
        for (long i = -rig.rooms.allocator.watermarks(0).evict(); i < 4; i++) {
            rig.put(taken.removeLast());
        }

        assertThat(rig.bringBack(page(at, 7))).isEqualTo(Errno.OK);

        assertThat(Pte.large(rig.entry(at))).isFalse();
        assertThat(rig.frames.node(rig.pfn(page(at, 7)))).isZero();
        assertThat(rig.frames.node(rig.pfn(page(at, 6)))).isEqualTo(NEAR);
        taken.forEach(rig::put);
    }
}
