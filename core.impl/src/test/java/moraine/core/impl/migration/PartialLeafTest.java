package moraine.core.impl.migration;

import static moraine.core.impl.migration.MigrationRig.NEAR;
import static moraine.core.impl.migration.MigrationRig.page;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Part of a 2 MiB page on a device is unmapped, protected or moved: the leaf is split, the content kept. */
final class PartialLeafTest {
    private static final int ALL = Pages.PER_LARGE;
    private static final int HALF = ALL / 2;

    private final MigrationRig rig = MigrationRig.hidden();

    @AfterEach
    void close() {
        rig.close();
    }

    private long onDevice() {
        long at = rig.filledLarge();
        assertThat(rig.move(at, ALL, NEAR)).isEqualTo(ALL);
        assertThat(Pte.large(rig.entry(at))).isTrue();
        return at;
    }

    private void assertWords(long at, int from, int to, int first) {
        for (int i = from; i < to; i++) {
            assertThat(rig.cpu.getLong(page(at, i))).isEqualTo(first + i - from + 1);
        }
    }

    private void assertUnmapped(long at) {
        MoraineException refused = catchThrowableOfType(MoraineException.class, () -> rig.cpu.getLong(at));
        assertThat(refused.errno()).isEqualTo(Errno.EFAULT);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, ALL / 4, HALF})
    void shouldKeepTheRestWhenAHalfIsUnmapped(int offset) {
        long at = onDevice();

        rig.space.munmap(page(at, offset), (long) HALF * Pages.SIZE);

        for (int i = 0; i < ALL; i++) {
            boolean gone = i >= offset && i < offset + HALF;
            assertThat(Pte.kind(rig.entry(page(at, i)))).isEqualTo(gone ? Pte.NONE : Pte.DEVICE_PRIVATE);
        }
        assertWords(at, 0, offset, 0);
        assertWords(at, offset + HALF, ALL, offset + HALF);
        assertUnmapped(page(at, offset));
        assertThat(rig.inUse(NEAR)).isEmpty();
    }

    @Test
    void shouldProtectAPart() {
        long at = onDevice();

        rig.space.mprotect(page(at, 10), 4L * Pages.SIZE, Protection.READ);

        assertThat(Pte.kind(rig.entry(page(at, 11)))).isEqualTo(Pte.DEVICE_PRIVATE);
        assertThat(Pte.writable(rig.entry(page(at, 11)))).isFalse();
        assertThat(Pte.writable(rig.entry(page(at, 20)))).isTrue();
        rig.assertFilled(at);
    }

    /** More rights change no entry, but a leaf must not lie in two mappings. */
    @Test
    void shouldSplitALeafOfWhichAPartMayBeWrittenAgain() {
        long at = onDevice();
        rig.space.mprotect(at, Pages.LARGE_SIZE, Protection.READ);
        assertThat(Pte.large(rig.entry(at))).isTrue();

        rig.space.mprotect(page(at, 10), 4L * Pages.SIZE, Protection.READ_WRITE);

        assertThat(Pte.large(rig.entry(at))).isFalse();
        rig.cpu.putLong(page(at, 11), 12);
        rig.assertFilled(at);
    }

    @ParameterizedTest
    @CsvSource({"0,false", "128,false", "256,false", "0,true", "128,true", "256,true"})
    void shouldMoveAHalf(int offset, boolean keepOld) {
        long at = onDevice();
        long bytes = (long) HALF * Pages.SIZE;

        long to =
                keepOld ? rig.space.mremap(page(at, offset), bytes, bytes, true, true) : moved(page(at, offset), bytes);

        assertThat(Pte.kind(rig.entry(to))).isEqualTo(Pte.DEVICE_PRIVATE);
        assertWords(to, 0, HALF, offset);
        assertWords(at, 0, offset, 0);
        assertWords(at, offset + HALF, ALL, offset + HALF);
        if (keepOld) {
            assertThat(rig.cpu.getLong(page(at, offset))).isZero();
            rig.cpu.putLong(page(at, offset), 99);
            assertThat(rig.cpu.getLong(to)).isEqualTo(offset + 1);
        } else {
            assertUnmapped(page(at, offset));
        }
    }

    /** Moves by growing where something is in the way. */
    private long moved(long at, long bytes) {
        long end = at + bytes;
        if (rig.space.vmas().find(end) == null) {
            rig.space.mmap(MapRequest.anonymous(Pages.SIZE).at(end));
        }
        return rig.space.mremap(at, bytes, bytes + Pages.SIZE, true);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldMoveALeafWholeAndKeepTheOldMapping(boolean migrated) {
        long at = migrated ? onDevice() : rig.filledLarge();

        long to = rig.space.mremap(at, Pages.LARGE_SIZE, Pages.LARGE_SIZE, true, true);

        assertThat(Pte.large(rig.entry(to))).isTrue();
        assertThat(rig.entry(at)).isEqualTo(Pte.NONE);
        rig.assertFilled(to);
        assertThat(rig.cpu.getLong(page(at, 5))).isZero();
        rig.cpu.putLong(page(at, 5), 1);
        assertThat(rig.cpu.getLong(page(to, 5))).isEqualTo(6);
        assertThat(rig.move(at, ALL, NEAR) + rig.move(to, ALL, NEAR)).isEqualTo(2 * ALL);
        rig.assertFilled(to);
    }

    @Test
    void shouldKeepSharedMemoryAtBothPlaces() {
        long at = rig.shared(4);

        long to = rig.space.mremap(at, 4L * Pages.SIZE, 4L * Pages.SIZE, true, true);

        assertWords(to, 0, 4, 0);
        assertWords(at, 0, 4, 0);
        rig.cpu.putLong(at, 77);
        assertThat(rig.cpu.getLong(to)).isEqualTo(77);
    }

    @Test
    void shouldRefuseToKeepWhatCannotBeKept() {
        long at = rig.mapped(4, 4);
        long bytes = 4L * Pages.SIZE;

        assertThat(refusal(() -> rig.space.mremap(at, bytes, bytes, false, true)))
                .isEqualTo(Errno.EINVAL);
        assertThat(refusal(() -> rig.space.mremap(at, bytes, 2 * bytes, true, true)))
                .isEqualTo(Errno.EINVAL);
        assertThat(refusal(() -> rig.space.mremap(at, 2 * bytes, 2 * bytes, true, true)))
                .isEqualTo(Errno.EFAULT);
    }

    private static Errno refusal(Runnable call) {
        return catchThrowableOfType(MoraineException.class, call::run).errno();
    }
}
