package moraine.core.impl.frames;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import moraine.core.api.model.Backing;
import moraine.core.impl.types.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class FolioTest {
    private static final int TENANT = 11;

    private final Frames frames = new Frames(Backing.STAMPS, new Types(), new NativeMemory());
    private long head;

    @BeforeEach
    void makeFolio() {
        head = frames.addMemory(0, 2048, 0) + 512;
        frames.create(0);
        frames.handOut(head, FrameWord.inUse(0, TENANT));
        frames.makeFolio(head);
        frames.owner(head, 21, 1000);
    }

    @Test
    void shouldAnswerThroughAnyFrame() {
        long tail = head + 300;

        assertThat(frames.order(head)).isEqualTo(9);
        assertThat(frames.isTail(tail)).isTrue();
        assertThat(frames.isTail(head)).isFalse();
        assertThat(frames.head(tail)).isEqualTo(head);
        assertThat(frames.tenant(tail)).isEqualTo(TENANT);
        assertThat(frames.object(tail)).isEqualTo(21);
        assertThat(frames.index(tail)).isEqualTo(1300);
        assertThat(frames.getUnlessZero(tail)).isTrue();
        assertThat(frames.refs(head)).isEqualTo(2);
        assertThat(frames.put(tail)).isEqualTo(1);
        assertThat(frames.addMapping(tail, 512)).isTrue();
        assertThat(frames.mappings(head)).isEqualTo(512);
        assertThat(frames.tryLock(tail)).isTrue();
        assertThat(frames.locked(head)).isTrue();
        assertThat(frames.tryLock(head)).isFalse();
    }

    @Test
    void shouldNotTouchItsNeighbours() {
        assertThat(frames.word0(head - 1)).isZero();
        assertThat(frames.word0(head + 512)).isZero();
        assertThatThrownBy(() -> frames.makeFolio(head + 1)).hasMessageContaining("not a multiple of 512");
    }

    @Test
    void shouldSplitIntoFramesThatInherit() {
        frames.history(head, 99);
        frames.setFlag(head, Frames.DIRTY);
        frames.setFlag(head, Frames.PINNED);
        frames.addMapping(head, 512);
        frames.tryLock(head);
        assertThat(frames.freeze(head, 1)).isTrue();

        frames.splitFolio(head);

        for (int i = 0; i < 512; i++) {
            assertThat(frames.getUnlessZero(head + i)).isFalse();
            frames.reset(head + i, 2, 1);
        }
        frames.unlock(head);
        for (int i = 0; i < 512; i++) {
            long pfn = head + i;
            assertThat(frames.order(pfn)).isZero();
            assertThat(frames.isTail(pfn)).isFalse();
            assertThat(frames.tenant(pfn)).isEqualTo(TENANT);
            assertThat(frames.object(pfn)).isEqualTo(21);
            assertThat(frames.index(pfn)).isEqualTo(1000 + i);
            assertThat(frames.history(pfn)).isEqualTo(99);
            assertThat(frames.flag(pfn, Frames.DIRTY)).isTrue();
            assertThat(frames.flag(pfn, Frames.PINNED)).isEqualTo(i == 0);
            assertThat(frames.refs(pfn)).isEqualTo(2);
            assertThat(frames.mappings(pfn)).isEqualTo(1);
            assertThat(frames.locked(pfn)).isFalse();
        }
    }

    @Test
    void shouldRefuseToSplitWhatOthersMayHold() {
        assertThatThrownBy(() -> frames.splitFolio(head)).hasMessageContaining("must be a locked folio");
        frames.tryLock(head);
        assertThatThrownBy(() -> frames.splitFolio(head)).hasMessageContaining("references frozen");
        frames.freeze(head, 1);
        frames.splitFolio(head);
        assertThatThrownBy(() -> frames.splitFolio(head)).hasMessageContaining("must be a locked folio");
    }
}
