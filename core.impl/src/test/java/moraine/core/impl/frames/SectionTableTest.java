package moraine.core.impl.frames;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import moraine.core.api.model.Backing;
import moraine.core.api.model.MoraineException;
import moraine.core.impl.types.Types;
import org.junit.jupiter.api.Test;

final class SectionTableTest {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static Frames frames(Backing backing) {
        return new Frames(backing, new Types(), new NativeMemory());
    }

    @Test
    void shouldNumberFramesByAscendingSections() {
        Frames frames = frames(Backing.STAMPS);

        assertThat(frames.addMemory(3, 40_000, 0)).isZero();
        assertThat(frames.addMemory(1, 5, 0)).isEqualTo(2 * 32768);
        assertThat(frames.node(39_999)).isEqualTo(3);
        assertThat(frames.node(65_536)).isEqualTo(1);
        assertThat(frames.exists(39_999)).isTrue();
        assertThat(frames.exists(40_000)).isFalse();
        assertThat(frames.exists(65_540)).isTrue();
        assertThat(frames.exists(65_541)).isFalse();
        assertThat(frames.exists(1L << 40)).isFalse();
        assertThat(frames.sections()).isEqualTo(3);
        assertThat(frames.firstPfn(1)).isEqualTo(32768);
        assertThat(frames.pages(1)).isEqualTo(40_000 - 32768);
    }

    @Test
    void shouldNeverUseANumberAgain() {
        Frames frames = frames(Backing.STAMPS);
        long first = frames.addMemory(0, 100, 0);
        long second = frames.addMemory(1, 100, 0);
        frames.create(1);
        frames.handOut(second, FrameWord.inUse(0, 0));

        frames.removeMemory(1);

        assertThat(frames.addMemory(1, 100, 0)).isGreaterThan(second);
        assertThat(frames.exists(second)).isFalse();
        assertThat(frames.exists(first)).isTrue();
        assertThat(frames.node(second)).isEqualTo(-1);
        assertThat(frames.getUnlessZero(second)).isFalse();
        assertThat(frames.created(1)).isFalse();
    }

    @Test
    void shouldGiveEveryPageItsOwnBytes() {
        Frames frames = frames(Backing.BYTES);
        long pfn = frames.addMemory(0, 32768 + 600, 0);
        frames.create(0);
        frames.create(1);

        assertThat(frames.address(pfn) % (2 << 20)).isZero();
        assertThat(frames.address(pfn + 32768 + 599) - frames.address(pfn)).isEqualTo((32768L + 599) * 4096);
        ALL.set(ValueLayout.JAVA_LONG, frames.address(pfn + 7) + 4088, 5);
        frames.copy(pfn + 7, pfn + 32768 + 599, 1);
        assertThat(ALL.get(ValueLayout.JAVA_LONG, frames.address(pfn + 32768 + 599) + 4088))
                .isEqualTo(5);
        frames.zero(pfn + 6, 2);
        assertThat(ALL.get(ValueLayout.JAVA_LONG, frames.address(pfn + 7) + 4088))
                .isZero();
        frames.close();
    }

    @Test
    void shouldCarryStampsWhereThereAreNoBytes() {
        Frames frames = frames(Backing.STAMPS);
        long pfn = frames.addMemory(0, 64, 0);
        frames.create(0);

        frames.stamp(pfn, 17);
        frames.stamp(pfn + 1, 18);
        frames.copy(pfn, pfn + 10, 2);
        frames.zero(pfn, 1);

        assertThat(frames.address(pfn)).isZero();
        assertThat(frames.address(pfn + 5)).isZero();
        assertThat(frames.stamp(pfn)).isZero();
        assertThat(frames.stamp(pfn + 10)).isEqualTo(17);
        assertThat(frames.stamp(pfn + 11)).isEqualTo(18);
    }

    @Test
    void shouldCostAtMost28BytesAPageAndNothingUnused() {
        Frames frames = frames(Backing.STAMPS);
        long terabyte = 1L << 28;
        frames.addMemory(0, terabyte, 0);

        assertThat(frames.metadataBytes()).isLessThan(terabyte / 256);

        Frames used = frames(Backing.STAMPS);
        used.addMemory(0, 4 * 32768, 0);
        for (int section = 0; section < 4; section++) {
            used.create(section);
        }
        assertThat(used.metadataBytes()).isBetween(25L * 4 * 32768, 28L * 4 * 32768);
    }

    @Test
    void shouldReportTheTypeOfFramesNeverUsed() {
        Frames frames = frames(Backing.STAMPS);
        long pfn = frames.addMemory(2, 64, 9);

        assertThat(frames.type(pfn)).isEqualTo(9);
        assertThat(frames.created(0)).isFalse();
    }

    @Test
    void shouldRefuseNodesAndPagesOutOfRange() {
        Frames frames = frames(Backing.STAMPS);

        assertThatThrownBy(() -> frames.addMemory(64, 1, 0)).isInstanceOf(MoraineException.class);
        assertThatThrownBy(() -> frames.addMemory(0, 0, 0)).hasMessageContaining("0 pages for node 0");
        assertThatThrownBy(() -> frames.addMemory(0, 1, 64)).hasMessageContaining("type index 64");
    }
}
