package moraine.core.impl.frames;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import moraine.core.api.model.Backing;
import moraine.core.api.model.MoraineException;
import moraine.core.impl.types.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lock, references and mappings changed together: both or neither, and nothing else of the word. */
@Timeout(60)
final class FrameHoldsTest {
    private static final int ROUNDS = 100_000;

    private final Frames frames = new Frames(Backing.STAMPS, new Types(), new NativeMemory());
    private long pfn;

    @BeforeEach
    void makeFrame() {
        pfn = frames.addMemory(0, 2048, 0) + 512;
        frames.create(0);
        frames.handOut(pfn, FrameWord.inUse(0, 77) | FrameWord.flags(Frames.DIRTY));
    }

    private void assertCounts(int refs, int mappings, boolean locked) {
        assertThat(frames.refs(pfn)).isEqualTo(refs);
        assertThat(frames.mappings(pfn)).isEqualTo(mappings);
        assertThat(frames.locked(pfn)).isEqualTo(locked);
        assertThat(frames.tenant(pfn)).isEqualTo(77);
        assertThat(frames.flag(pfn, Frames.DIRTY)).isTrue();
    }

    @Test
    void shouldTakeReferenceAndLockTogether() {
        assertThat(frames.hold(pfn)).isTrue();
        assertCounts(2, 0, true);
        assertThat(frames.letGo(pfn)).isEqualTo(1);
        assertCounts(1, 0, false);
    }

    @Test
    void shouldTakeNeitherOfALockedFrame() {
        frames.tryLock(pfn);
        assertThat(frames.hold(pfn)).isFalse();
        assertCounts(1, 0, true);
    }

    @Test
    void shouldTakeNeitherOfAFrameWithoutReferences() {
        frames.freeze(pfn, 1);
        assertThat(frames.hold(pfn)).isFalse();
        assertCounts(0, 0, false);
    }

    @Test
    void shouldTakeNeitherWhereThereIsNoRoomForAReference() {
        frames.reset(pfn, FrameWord.REFS_MAX, 3);
        assertThat(frames.hold(pfn)).isFalse();
        assertCounts(FrameWord.REFS_MAX, 3, false);
    }

    @Test
    void shouldHoldAFolioThroughItsTail() {
        frames.makeFolio(pfn);
        assertThat(frames.hold(pfn + 5)).isTrue();
        assertCounts(2, 0, true);
        assertThat(frames.word0(pfn + 5)).isEqualTo(FrameWord.flags(Frames.TAIL));
        assertThat(frames.letGo(pfn + 5)).isEqualTo(1);
        assertCounts(1, 0, false);
    }

    @Test
    void shouldNotLetGoOfWhatIsNotHeld() {
        assertThatThrownBy(() -> frames.letGo(pfn))
                .isInstanceOf(MoraineException.class)
                .hasMessageContaining("not held");
        frames.tryLock(pfn);
        frames.freeze(pfn, 1);
        assertThatThrownBy(() -> frames.letGo(pfn)).hasMessageContaining("not held");
    }

    @Test
    void shouldFreezeOnlyTheExactNumber() {
        frames.hold(pfn);
        assertThat(frames.freezeAndUnlock(pfn, 1)).isFalse();
        assertThat(frames.freezeAndUnlock(pfn, 3)).isFalse();
        assertCounts(2, 0, true);
        assertThat(frames.freezeAndUnlock(pfn, 2)).isTrue();
        assertCounts(0, 0, false);
    }

    @Test
    void shouldFreezeOnlyWhatIsLocked() {
        assertThatThrownBy(() -> frames.freezeAndUnlock(pfn, 1)).hasMessageContaining("not locked");
        assertCounts(1, 0, false);
    }

    @Test
    void shouldCountAnEntryWithItsReference() {
        assertThat(frames.addMapped(pfn)).isTrue();
        assertCounts(2, 1, false);
        assertThat(frames.dropMapped(pfn)).isEqualTo(1);
        assertCounts(1, 0, false);
    }

    @Test
    void shouldCountNeitherWhereThereIsNoRoomForBoth() {
        frames.reset(pfn, FrameWord.REFS_MAX, 3);
        assertThat(frames.addMapped(pfn)).isFalse();
        assertCounts(FrameWord.REFS_MAX, 3, false);
        frames.reset(pfn, 3, FrameWord.MAPPINGS_MAX);
        assertThat(frames.addMapped(pfn)).isFalse();
        assertCounts(3, FrameWord.MAPPINGS_MAX, false);
    }

    @Test
    void shouldNotCountEntriesOfAFrozenFrame() {
        frames.freeze(pfn, 1);
        assertThatThrownBy(() -> frames.addMapped(pfn)).hasMessageContaining("no reference");
        frames.reset(pfn, 0, 1);
        assertThatThrownBy(() -> frames.dropMapped(pfn)).hasMessageContaining("no mapping");
        frames.reset(pfn, 1, 0);
        assertThatThrownBy(() -> frames.dropMapped(pfn)).hasMessageContaining("no mapping");
    }

    /** One party holds and freezes as a migration does, the other comes with an old number as a walker does. */
    @Test
    void shouldExcludeHoldersAndWalkers() throws Exception {
        var start = new CyclicBarrier(2);
        var frozen = new AtomicInteger();
        var refused = new AtomicInteger();
        try (var threads = Executors.newFixedThreadPool(2)) {
            var mover = threads.submit(() -> {
                start.await();
                for (int i = 0; i < ROUNDS || frozen.get() == 0; i++) {
                    if (!frames.hold(pfn)) {
                        continue;
                    }
                    frames.addMapped(pfn);
                    frames.dropMapped(pfn);
                    if (frames.freezeAndUnlock(pfn, 2)) {
                        frozen.incrementAndGet();
                        assertThat(frames.refs(pfn)).isZero();
                        frames.unfreeze(pfn, 1);
                    } else {
                        frames.letGo(pfn);
                    }
                }
                return null;
            });
            var walker = threads.submit(() -> {
                start.await();
                for (int i = 0; i < ROUNDS || refused.get() == 0 && !mover.isDone(); i++) {
                    if (frames.hold(pfn)) {
                        assertThat(frames.refs(pfn)).isGreaterThanOrEqualTo(2);
                        frames.letGo(pfn);
                    } else {
                        refused.incrementAndGet();
                    }
                }
                return null;
            });
            mover.get();
            walker.get();
        }
        assertThat(frozen).hasPositiveValue();
        assertCounts(1, 0, false);
    }
}
