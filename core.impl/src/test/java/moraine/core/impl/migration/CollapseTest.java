package moraine.core.impl.migration;

import static moraine.core.impl.migration.MigrationRig.NEAR;
import static moraine.core.impl.migration.MigrationRig.page;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import moraine.core.api.model.Advice;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.Protection;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Advice on the size of pages: 2 MiB at the first touch or never, and small pages collapsed. */
final class CollapseTest {
    private static final int ALL = Pages.PER_LARGE;

    private final MigrationRig rig = MigrationRig.plain();

    @AfterEach
    void close() {
        rig.close();
    }

    private long small(int written) {
        long at = rig.untouchedLarge();
        for (int i = 0; i < written; i++) {
            rig.cpu.putLong(page(at, i), i + 1);
        }
        return at;
    }

    private void collapse(long at, int pages) {
        rig.space.advise(at, (long) pages * Pages.SIZE, Advice.COLLAPSE);
    }

    private Errno refusal(long at) {
        return catchThrowableOfType(MoraineException.class, () -> collapse(at, ALL))
                .errno();
    }

    private void assertOne(long at) {
        assertThat(Pte.large(rig.entry(at))).isTrue();
        assertThat(rig.frames.order(rig.pfn(at))).isEqualTo(Pages.LARGE_ORDER);
        assertThat(rig.frames.refs(rig.pfn(at))).isEqualTo(1);
        assertThat(rig.frames.mappings(rig.pfn(at))).isEqualTo(1);
        assertThat(rig.frames.node(rig.pfn(at))).isZero();
    }

    private void assertSmall(long at, int written) {
        assertThat(Pte.large(rig.entry(at))).isFalse();
        for (int i = 0; i < written; i++) {
            assertThat(rig.frames.refs(rig.pfn(page(at, i)))).isEqualTo(1);
            assertThat(rig.frames.locked(rig.pfn(page(at, i)))).isFalse();
            assertThat(rig.cpu.getLong(page(at, i))).isEqualTo(i + 1);
        }
    }

    @Test
    void shouldMakeLargePagesWhereTheyWereAdvised() {
        long at = rig.untouchedLarge();
        rig.space.advise(at, Pages.LARGE_SIZE, Advice.HUGEPAGE);

        rig.cpu.putLong(page(at, 3), 4);

        assertOne(at);
    }

    @Test
    void shouldMakeLargePagesWhereSmallOnesWereUnmappedInParts() {
        long at = small(4);
        long half = Pages.LARGE_SIZE / 2;
        rig.space.munmap(at, half);
        rig.space.munmap(at + half, half);
        rig.space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).at(at));
        rig.space.advise(at, Pages.LARGE_SIZE, Advice.HUGEPAGE);

        rig.cpu.putLong(page(at, 3), 4);

        assertOne(at);
    }

    @Test
    void shouldMakeSmallPagesWhereTheyWereAdvised() {
        rig.use("hidden(large=true)");
        long at = rig.untouchedLarge();
        rig.space.advise(at, Pages.LARGE_SIZE, Advice.NOHUGEPAGE);

        rig.cpu.putLong(at, 1);

        assertThat(Pte.large(rig.entry(at))).isFalse();
        assertThat(refusal(at)).isEqualTo(Errno.EINVAL);
    }

    @Test
    void shouldSplitALeafThatAdviceOrBindingEndsIn() {
        long at = rig.untouchedLarge();
        rig.space.advise(at, Pages.LARGE_SIZE, Advice.HUGEPAGE);
        rig.cpu.putLong(at, 1);

        rig.space.advise(page(at, 100), Pages.SIZE, Advice.NOHUGEPAGE);

        assertThat(Pte.large(rig.entry(at))).isFalse();
        assertThat(rig.cpu.getLong(at)).isEqualTo(1);
    }

    @Test
    void shouldCollapseSmallPages() {
        long at = small(ALL);

        collapse(at, ALL);

        assertOne(at);
        rig.assertFilled(at);
        assertThat(rig.counter("folio.collapses")).isEqualTo(1);
        assertThat(rig.space.why(at).state()).isEqualTo(PageState.PRESENT);
        collapse(at, ALL);
        assertThat(rig.counter("folio.collapses")).as("it is one page already").isEqualTo(1);
    }

    @Test
    void shouldFillHolesAndZeroPagesWithZeros() {
        long at = small(3);
        assertThat(rig.cpu.getLong(page(at, 5))).isZero();

        collapse(at, ALL);

        assertOne(at);
        assertThat(rig.cpu.getLong(page(at, 2))).isEqualTo(3);
        assertThat(rig.cpu.getLong(page(at, 5))).isZero();
        assertThat(rig.cpu.getLong(page(at, 9))).isZero();
        rig.cpu.putLong(page(at, 5), 6);
        assertThat(rig.cpu.getLong(page(at, 5))).isEqualTo(6);
    }

    @Test
    void shouldBringPagesOfADeviceHome() {
        long at = small(ALL);
        assertThat(rig.move(page(at, 7), 40, NEAR)).isEqualTo(40);

        collapse(at, ALL);

        assertOne(at);
        rig.assertFilled(at);
        assertThat(rig.inUse(NEAR)).isEmpty();
    }

    @Test
    void shouldMoveWholeAfterACollapse() {
        long at = small(ALL);
        collapse(at, ALL);

        assertThat(rig.move(at, ALL, NEAR)).isEqualTo(ALL);

        assertThat(Pte.large(rig.entry(at))).isTrue();
        assertThat(rig.frames.node(rig.pfn(at))).isEqualTo(NEAR);
        rig.assertFilled(at);
    }

    @Test
    void shouldCollapseReadOnlyMemoryReadOnly() {
        long at = small(4);
        rig.space.mprotect(at, Pages.LARGE_SIZE, Protection.READ);

        collapse(at, ALL);

        assertOne(at);
        assertThat(Pte.writable(rig.entry(at))).isFalse();
    }

    @Test
    void shouldRefuseWhatNobodyTouched() {
        assertThat(refusal(rig.untouchedLarge())).isEqualTo(Errno.EINVAL);
    }

    @Test
    void shouldRefuseWhereNoLargePageIsFree() {
        long at = small(4);
        try (var _ = Fragments.of(rig.rooms, 0)) {
            assertThat(refusal(at)).isEqualTo(Errno.ENOMEM);
        }

        assertSmall(at, 4);
        collapse(at, ALL);
        assertOne(at);
    }

    @Test
    void shouldRefuseAPageThatSomebodyHolds() {
        long at = small(4);
        long pfn = rig.pfn(page(at, 2));
        assertThat(rig.frames.tryLock(pfn)).isTrue();

        assertThat(refusal(at)).isEqualTo(Errno.EAGAIN);

        rig.frames.unlock(pfn);
        assertSmall(at, 4);
    }

    @Test
    void shouldRestoreEverythingWhenSomebodyRefersToAPage() {
        long at = small(4);
        long pfn = rig.pfn(page(at, 2));
        rig.whenAnnounced(() -> assertThat(rig.frames.get(pfn)).isTrue());

        assertThat(refusal(at)).isEqualTo(Errno.EAGAIN);

        rig.put(pfn);
        assertSmall(at, 4);
    }

    @Test
    void shouldRestoreEverythingWhenTheReferenceComesLate() {
        long at = small(4);
        long pfn = rig.pfn(page(at, 2));
        rig.whenCopied(() -> assertThat(rig.frames.get(pfn)).isTrue());

        assertThat(refusal(at)).isEqualTo(Errno.EAGAIN);

        rig.put(pfn);
        assertSmall(at, 4);
    }

    @Test
    void shouldRestoreEverythingWhenAHoleIsFilledMeanwhile() {
        long at = small(4);
        rig.whenZeroed(() -> rig.cpu.putLong(page(at, 20), 21));

        assertThat(refusal(at)).isEqualTo(Errno.EAGAIN);

        assertSmall(at, 4);
        assertThat(rig.cpu.getLong(page(at, 20))).isEqualTo(21);
    }

    @Test
    void shouldRefusePagesOfAFork() {
        long at = small(4);
        try (var child = rig.space.fork("child")) {
            assertThat(refusal(at)).isEqualTo(Errno.EBUSY);
            assertThat(child.info().mappings()).isNotEmpty();
        }
        collapse(at, ALL);
        assertOne(at);
    }

    @Test
    void shouldRefuseAPinnedPage() {
        long at = small(4);
        try (var pin = rig.space.pin(page(at, 1), Pages.SIZE, PinKind.SHORT, Intent.WRITE)) {
            assertThat(refusal(at)).isEqualTo(Errno.EBUSY);
            assertThat(pin.pages()).isEqualTo(1);
        }
        assertSmall(at, 4);
    }

    @Test
    void shouldRefuseSharedMemory() {
        long at = rig.space.mmap(
                MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE).shared());
        rig.cpu.putLong(at, 1);

        assertThat(refusal(at)).isEqualTo(Errno.EOPNOTSUPP);
    }

    @Test
    void shouldCollapseTheOthersWhereOneFails() {
        long at = rig.space.mmap(MapRequest.anonymous(3 * Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
        rig.cpu.putLong(at, 1);
        rig.cpu.putLong(page(at, 2 * ALL), 2);

        MoraineException refused = catchThrowableOfType(MoraineException.class, () -> collapse(page(at, 0), 3 * ALL));

        assertThat(refused.errno()).isEqualTo(Errno.EINVAL);
        assertOne(at);
        assertOne(page(at, 2 * ALL));
        assertThat(rig.entry(page(at, ALL))).isEqualTo(Pte.NONE);
    }
}
