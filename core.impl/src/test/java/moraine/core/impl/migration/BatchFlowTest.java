package moraine.core.impl.migration;

import static moraine.core.impl.migration.MigrationRig.DEVICE_PAGES;
import static moraine.core.impl.migration.MigrationRig.NEAR;
import static moraine.core.impl.migration.MigrationRig.page;
import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.model.Errno;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.tables.Pte;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a batch holds and shows between its steps, and what is left of it afterwards. */
final class BatchFlowTest {
    private final MigrationRig rig = MigrationRig.hidden();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void shouldHoldDestinationsUntilTheyAreMapped() {
        long at = rig.mapped(3, 3);
        rig.whenCopied(() -> {
            assertThat(rig.inUse(NEAR)).hasSize(3).allMatch(rig.frames::locked);
            assertThat(Pte.kind(rig.entry(at))).isEqualTo(Pte.MIGRATING);
        });

        assertThat(rig.move(at, 3, NEAR)).isEqualTo(3);

        assertThat(rig.inUse(NEAR)).hasSize(3).noneMatch(rig.frames::locked);
        assertThat(rig.inUse(NEAR)).allMatch(pfn -> rig.frames.refs(pfn) == 1 && rig.frames.mappings(pfn) == 1);
    }

    @Test
    void shouldKeepThePermissionsThatWereTakenAwayMeanwhile() {
        long at = rig.mapped(1, 1);
        rig.whenCopied(() -> rig.space.mprotect(at, page(0, 1), Protection.READ));

        assertThat(rig.move(at, 1, NEAR)).isEqualTo(1);

        assertThat(Pte.kind(rig.entry(at))).isEqualTo(Pte.DEVICE_PRIVATE);
        assertThat(Pte.writable(rig.entry(at))).isFalse();
    }

    @Test
    void shouldFreeAPageThatIsUnmappedInMidBatch() {
        long at = rig.mapped(1, 1);
        long pfn = rig.pfn(at);
        rig.whenCopied(() -> rig.space.munmap(at, page(0, 1)));

        rig.move(at, 1, NEAR);

        assertThat(rig.entry(at)).isEqualTo(Pte.NONE);
        assertThat(rig.frames.refs(pfn)).isZero();
        assertThat(rig.inUse(NEAR)).isEmpty();
    }

    @Test
    void shouldShowNobodyTheOldPage() {
        long at = rig.mapped(1, 1);
        long from = rig.pfn(at);
        assertThat(rig.cpu.getLong(at)).isEqualTo(1);
        assertThat(rig.move(at, 1, NEAR)).isEqualTo(1);

        rig.word(from, 99);

        assertThat(rig.cpu.getLong(at)).isEqualTo(1);
    }

    @Test
    void shouldLeavePagesThatFindNoDestination() {
        long filled = rig.mapped(DEVICE_PAGES, DEVICE_PAGES);
        for (int i = 0; i < DEVICE_PAGES; i += 512) {
            rig.move(page(filled, i), 512, NEAR);
        }
        long at = rig.mapped(2, 2);
        long entry = rig.entry(at);

        assertThat(rig.move(at, 2, NEAR)).isZero();

        assertThat(rig.agent.batch().full()).isTrue();
        assertThat(rig.entry(at)).isEqualTo(entry);
        assertThat(rig.frames.locked(Pte.pfn(entry))).isFalse();
        assertThat(rig.frames.refs(Pte.pfn(entry))).isEqualTo(1);
    }

    @Test
    void shouldMovePagesBesideOneThatFindsNoDestination() {
        long filled = rig.mapped(DEVICE_PAGES - 1, DEVICE_PAGES - 1);
        rig.move(filled, 512, NEAR);
        rig.move(page(filled, 512), 511, NEAR);
        long at = rig.mapped(2, 2);
        long entry = rig.entry(page(at, 1));

        assertThat(rig.move(at, 2, NEAR)).isEqualTo(1);

        assertThat(rig.frames.node(rig.pfn(at))).isEqualTo(NEAR);
        assertThat(rig.entry(page(at, 1))).isEqualTo(entry);
        assertThat(rig.frames.refs(Pte.pfn(entry))).isEqualTo(1);
    }

    @Test
    void shouldUseTheReserveOnlyToTakePagesOff() {
        long at = rig.mapped(1, 1);
        assertThat(rig.move(at, 1, NEAR)).isEqualTo(1);
        var taken = rig.takeRam(false);

        assertThat(rig.move(at, 1, 0)).isZero();
        assertThat(rig.bringBack(at)).isEqualTo(Errno.OK);

        assertThat(rig.frames.node(rig.pfn(at))).isZero();
        taken.forEach(rig::put);
    }

    @Test
    void shouldAnnounceNothingWhenThereIsNothingToMove() {
        long at = rig.mapped(1, 1);
        assertThat(rig.move(at, 1, NEAR)).isEqualTo(1);
        int[] announced = new int[1];
        rig.space.notifiers().insert(new Notifiers.Subscription(0, Pages.ADDRESS_LIMIT) {
            @Override
            protected boolean invalidate(
                    Notifiers.Event event, long from, long to, @Nullable String owner, long number, boolean wait) {
                sequence(number);
                announced[0]++;
                return true;
            }
        });

        assertThat(rig.move(at, 1, NEAR)).isZero();

        assertThat(announced[0]).isZero();
    }

    @Test
    void shouldAnnouncePagesFoundByFrame() {
        long at = rig.mapped(1, 1);
        long entry = rig.entry(at);
        long[] heads = {Pte.pfn(entry)};
        assertThat(rig.frames.hold(heads[0])).isTrue();
        rig.whenAnnounced(() -> assertThat(rig.entry(at)).isEqualTo(entry));
        rig.to(NEAR);

        assertThat(rig.within(() -> rig.agent.batch().moveFrames(heads, 1))).isEqualTo(1);

        assertThat(rig.frames.node(rig.pfn(at))).isEqualTo(NEAR);
        assertThat(rig.frames.refs(heads[0])).isZero();
    }

    @Test
    void shouldMakeHolesThatCpusCannotReach() {
        long at = rig.mapped(1, 0);
        rig.to(NEAR).withHoles();

        assertThat(rig.run(at, 1)).isEqualTo(1);

        assertThat(Pte.kind(rig.entry(at))).isEqualTo(Pte.DEVICE_PRIVATE);
    }
}
