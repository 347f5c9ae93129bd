package moraine.core.impl.migration;

import static moraine.core.impl.migration.MigrationRig.NEAR;
import static moraine.core.impl.migration.MigrationRig.page;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.Protection;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Mappings of 2 MiB pages only: none is split, none goes to a device, parts are refused. */
final class LargeOnlyTest {
    private static final int ALL = Pages.PER_LARGE;

    private final MigrationRig rig = MigrationRig.plain();

    @AfterEach
    void close() {
        rig.close();
    }

    private long mapped(int pages) {
        return rig.space.mmap(MapRequest.anonymous(pages * Pages.LARGE_SIZE).largePages());
    }

    private static Errno refusal(Runnable call) {
        return catchThrowableOfType(MoraineException.class, call::run).errno();
    }

    @Test
    void shouldRoundUpToItsPages() {
        long at = rig.space.mmap(MapRequest.anonymous(5).largePages());

        assertThat(at & Pages.LARGE_SIZE - 1).isZero();
        rig.cpu.putLong(page(at, ALL - 1), 7);
        assertThat(Pte.large(rig.entry(at))).isTrue();
    }

    @Test
    void shouldMakeALargePageForARead() {
        long at = rig.space.mmap(
                MapRequest.anonymous(Pages.LARGE_SIZE).protect(Protection.READ).largePages());

        assertThat(rig.cpu.getLong(page(at, 3))).isZero();

        assertThat(Pte.kind(rig.entry(at))).isEqualTo(Pte.PRESENT);
        assertThat(Pte.large(rig.entry(at))).isTrue();
        assertThat(Pte.writable(rig.entry(at))).isFalse();
    }

    @Test
    void shouldFailWithoutALargePage() {
        long at = mapped(1);
        try (var _ = Fragments.of(rig.rooms, 0)) {
            assertThat(refusal(() -> rig.cpu.putLong(at, 1))).isEqualTo(Errno.ENOMEM);
            assertThat(refusal(() -> rig.cpu.getLong(at))).isEqualTo(Errno.ENOMEM);
        }

        rig.cpu.putLong(at, 2);
        assertThat(rig.cpu.getLong(at)).isEqualTo(2);
    }

    @Test
    void shouldRefusePartsOfAPage() {
        long at = mapped(2);
        rig.cpu.putLong(at, 1);
        long bytes = 5L * Pages.SIZE;

        assertThat(refusal(() -> rig.space.munmap(at, bytes))).isEqualTo(Errno.EINVAL);
        assertThat(refusal(() -> rig.space.munmap(page(at, 3), Pages.LARGE_SIZE)))
                .isEqualTo(Errno.EINVAL);
        assertThat(refusal(() -> rig.space.mprotect(at, bytes, Protection.READ)))
                .isEqualTo(Errno.EINVAL);
        assertThat(refusal(() -> rig.space.mbind(at, bytes, MemoryPolicy.preferred(0))))
                .isEqualTo(Errno.EINVAL);
        assertThat(refusal(() -> rig.space.advise(at, bytes, Advice.DEAD))).isEqualTo(Errno.EINVAL);
        assertThat(refusal(() -> rig.space.advise(at, Pages.LARGE_SIZE, Advice.NOHUGEPAGE)))
                .isEqualTo(Errno.EINVAL);
        assertThat(refusal(() -> rig.space.mremap(at, Pages.LARGE_SIZE, bytes, true)))
                .isEqualTo(Errno.EINVAL);
        assertThat(refusal(() -> rig.space.mremap(at, 2 * Pages.LARGE_SIZE, 2 * Pages.LARGE_SIZE + 1, true)))
                .isEqualTo(Errno.EINVAL);

        assertThat(Pte.large(rig.entry(at))).isTrue();
        assertThat(rig.cpu.getLong(at)).isEqualTo(1);
    }

    /** A pin of a page that a child shares copies it, also where the mapping only reads. */
    @Test
    void shouldNotBecomeWritableByAPin() {
        long at = mapped(1);
        rig.cpu.putLong(at, 1);
        try (AddressSpace child = rig.space.fork("child")) {
            rig.space.mprotect(at, Pages.LARGE_SIZE, Protection.READ);
            try (Pin pin = rig.space.pin(at, Pages.SIZE, PinKind.SHORT, Intent.READ)) {
                assertThat(Pte.writable(rig.entry(at))).isFalse();
                assertThat(refusal(() -> rig.cpu.putLong(at, 9))).isEqualTo(Errno.EFAULT);
                assertThat(pin.pages()).isOne();
            }
            assertThat(((SpaceImpl) child).table().get(at)).isNotEqualTo(rig.entry(at));
        }
    }

    @Test
    void shouldTakeNoHandlerOfSmallPages() {
        long at = mapped(1);
        assertThat(refusal(() -> rig.space.userfault(at, Pages.LARGE_SIZE, (range, page, _) -> range.zero(page))))
                .isEqualTo(Errno.EINVAL);
        rig.cpu.putLong(at, 1);
        assertThat(Pte.large(rig.entry(at))).isTrue();
    }

    @Test
    void shouldTakeWholePages() {
        long at = mapped(3);
        rig.cpu.putLong(at, 1);
        rig.cpu.putLong(page(at, ALL), 2);
        rig.cpu.putLong(page(at, 2 * ALL), 3);

        rig.space.munmap(page(at, ALL), Pages.LARGE_SIZE);
        rig.space.mprotect(at, Pages.LARGE_SIZE, Protection.READ);
        long to = rig.space.mremap(page(at, 2 * ALL), Pages.LARGE_SIZE, 2 * Pages.LARGE_SIZE, true);

        assertThat(refusal(() -> rig.cpu.putLong(at, 9))).isEqualTo(Errno.EFAULT);
        assertThat(rig.cpu.getLong(at)).isEqualTo(1);
        assertThat(rig.cpu.getLong(to)).isEqualTo(3);
        assertThat(Pte.large(rig.entry(to))).isTrue();
        rig.cpu.putLong(page(to, ALL), 4);
        assertThat(Pte.large(rig.entry(page(to, ALL)))).isTrue();
    }

    @Test
    void shouldRefuseWhatCannotBe() {
        MapRequest request = MapRequest.anonymous(Pages.LARGE_SIZE).largePages();

        assertThat(refusal(() -> rig.space.mmap(request.shared()))).isEqualTo(Errno.EOPNOTSUPP);
        assertThat(refusal(() -> rig.space.mmap(request.at(1L << 40 | Pages.SIZE))))
                .isEqualTo(Errno.EINVAL);
    }

    @Test
    void shouldCopyTheWholePageForAFork() {
        long at = mapped(1);
        rig.cpu.putLong(at, 1);
        rig.cpu.putLong(page(at, 9), 2);
        try (var child = rig.space.fork("child");
                var cpu = child.attach(0)) {
            cpu.putLong(at, 5);

            assertThat(rig.cpu.getLong(at)).isEqualTo(1);
            assertThat(cpu.getLong(page(at, 9))).isEqualTo(2);
            assertThat(rig.counter("cow.copied.pages")).isEqualTo(ALL);
            assertThat(rig.counter("folio.splits")).isZero();
            rig.cpu.putLong(at, 6);
            assertThat(cpu.getLong(at)).isEqualTo(5);
        }
    }

    @Test
    void shouldLeaveTheCopyToOthersWithoutALargePage() {
        long at = mapped(1);
        rig.cpu.putLong(at, 1);
        try (var child = rig.space.fork("child");
                var cpu = child.attach(0);
                var _ = Fragments.of(rig.rooms, 0)) {
            assertThat(refusal(() -> cpu.putLong(at, 5))).isEqualTo(Errno.ENOMEM);
            assertThat(cpu.getLong(at)).isEqualTo(1);
        }
    }

    @Test
    void shouldStayWhenADeviceUsesIt() {
        long at = mapped(1);
        rig.cpu.putLong(at, 1);

        rig.increment(NEAR, at, 2);

        assertThat(Pte.kind(rig.entry(at))).isEqualTo(Pte.PRESENT);
        assertThat(rig.frames.node(rig.pfn(at))).isZero();
        assertThat(Pte.large(rig.deviceTable(NEAR).table().get(at))).isTrue();
        assertThat(rig.cpu.getLong(at)).isEqualTo(2);
    }

    @Test
    void shouldComeFromRamWhenADeviceTouchesItFirst() {
        long at = mapped(1);

        rig.increment(NEAR, at, 1);

        assertThat(rig.frames.node(rig.pfn(at))).isZero();
        assertThat(rig.cpu.getLong(at)).isEqualTo(1);
        assertThat(rig.move(at, ALL, NEAR)).isZero();
        assertThat(rig.move(at, 3, NEAR)).isZero();
        assertThat(Pte.large(rig.entry(at))).isTrue();
    }
}
