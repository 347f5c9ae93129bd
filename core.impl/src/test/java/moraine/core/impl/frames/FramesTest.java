package moraine.core.impl.frames;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.Set;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.PinRule;
import moraine.core.impl.types.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class FramesTest {
    private static final int[] FLAGS = {
        Frames.LOCKED,
        Frames.HEAD,
        Frames.TAIL,
        Frames.DIRTY,
        Frames.POISONED,
        Frames.FREE,
        Frames.CACHED,
        Frames.PINNED,
        Frames.LAZY,
        Frames.WRITEBACK,
        Frames.UNEVICTABLE,
        Frames.OFFLINE
    };

    private final Types types = new Types();
    private final Frames frames = new Frames(Backing.STAMPS, types, new NativeMemory());
    private long pfn;

    @BeforeEach
    void makeMemory() {
        while (types.count() < Types.LIMIT) {
            types.intern(new MemoryType("t" + types.count(), Set.of(Attribute.MOVABLE), PinRule.ALLOW, PinRule.ALLOW));
        }
        frames.addMemory(0, 3, 0);
        pfn = frames.addMemory(5, 2048, 9) + 512;
        frames.create((int) (pfn >>> Frames.SECTION_SHIFT));
        frames.handOut(pfn, FrameWord.inUse(9, 77));
    }

    @Test
    void shouldStartInUseWithOneReference() {
        assertThat(frames.refs(pfn)).isEqualTo(1);
        assertThat(frames.mappings(pfn)).isZero();
        assertThat(frames.type(pfn)).isEqualTo(9);
        assertThat(frames.tenant(pfn)).isEqualTo(77);
        assertThat(frames.object(pfn)).isZero();
        assertThat(frames.index(pfn)).isZero();
        assertThat(frames.order(pfn)).isZero();
        assertThat(frames.head(pfn)).isEqualTo(pfn);
    }

    @Test
    void shouldLayTheFieldsOutAsDrawn() {
        assertThat(FrameWord.MAPPINGS_SHIFT + FrameWord.MAPPINGS_BITS).isEqualTo(64);
        assertThat(FrameWord.OBJECT_BITS + FrameWord.INDEX_BITS).isEqualTo(64);

        frames.type(pfn, 63);
        assertThat(frames.word0(pfn)).isEqualTo(1L << 32 | 77L << 18 | 63);
        frames.tenant(pfn, 16383);
        assertThat(frames.word0(pfn)).isEqualTo(1L << 32 | 16383L << 18 | 63);
        frames.addMapping(pfn, 3);
        assertThat(frames.word0(pfn)).isEqualTo(3L << 48 | 1L << 32 | 16383L << 18 | 63);
        frames.setFlag(pfn, Frames.OFFLINE);
        assertThat(frames.word0(pfn)).isEqualTo(3L << 48 | 1L << 32 | 16383L << 18 | 1L << 17 | 63);
        frames.owner(pfn, (1L << 28) - 1, 5);
        assertThat(frames.word1(pfn)).isEqualTo(((1L << 28) - 1) << 36 | 5);
    }

    @Test
    void shouldKeepFieldsApartUnderRandomWrites() {
        Random random = new Random(3);
        int type = 9;
        int tenant = 77;
        int mappings = 0;
        int flags = 0;
        for (int i = 0; i < 20_000; i++) {
            switch (random.nextInt(5)) {
                case 0 -> {
                    type = random.nextInt(64);
                    frames.type(pfn, type);
                }
                case 1 -> {
                    tenant = random.nextInt(16384);
                    frames.tenant(pfn, tenant);
                }
                case 2 -> {
                    if (frames.addMapping(pfn, 100)) {
                        mappings += 100;
                    }
                }
                case 3 -> {
                    int n = random.nextInt(mappings + 1);
                    mappings -= n;
                    assertThat(frames.dropMapping(pfn, n)).isEqualTo(mappings);
                }
                default -> {
                    int flag = FLAGS[random.nextInt(3, FLAGS.length)];
                    boolean was = (flags & flag) != 0;
                    boolean set = random.nextBoolean();
                    assertThat(set ? frames.testAndSet(pfn, flag) : frames.testAndClear(pfn, flag))
                            .isEqualTo(was);
                    flags = set ? flags | flag : flags & ~flag;
                }
            }
            assertThat(frames.type(pfn)).isEqualTo(type);
            assertThat(frames.tenant(pfn)).isEqualTo(tenant);
            assertThat(frames.mappings(pfn)).isEqualTo(mappings);
            assertThat(frames.refs(pfn)).isEqualTo(1);
            for (int flag : FLAGS) {
                assertThat(frames.flag(pfn, flag)).isEqualTo((flags & flag) != 0);
            }
        }
    }

    @Test
    void shouldRefuseOverflowInsteadOfWrapping() {
        for (int refs = 1; refs < FrameWord.REFS_MAX; refs++) {
            assertThat(frames.get(pfn)).isTrue();
        }
        assertThat(frames.get(pfn)).isFalse();
        assertThat(frames.getUnlessZero(pfn)).isFalse();
        assertThat(frames.refs(pfn)).isEqualTo(65535);
        assertThat(frames.mappings(pfn)).isZero();

        assertThat(frames.addMapping(pfn, 65535)).isTrue();
        assertThat(frames.addMapping(pfn, 1)).isFalse();
        assertThat(frames.mappings(pfn)).isEqualTo(65535);
        assertThat(frames.put(pfn)).isEqualTo(65534);
        assertThat(frames.get(pfn)).isTrue();
    }

    @Test
    void shouldRefuseToGoBelowZero() {
        assertThat(frames.put(pfn)).isZero();

        assertBroken(() -> frames.put(pfn), "has no reference to drop");
        assertBroken(() -> frames.get(pfn), "has no reference to add to");
        assertBroken(() -> frames.dropMapping(pfn, 1), "has no 1 mappings to drop");
        assertThat(frames.getUnlessZero(pfn)).isFalse();
        assertThat(frames.refs(pfn)).isZero();
    }

    @Test
    void shouldRefuseValuesThatDoNotFit() {
        assertThatThrownBy(() -> frames.owner(pfn, 1L << 28, 0))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EOVERFLOW));
        assertThatThrownBy(() -> frames.owner(pfn, 0, 1L << 36)).isInstanceOf(MoraineException.class);
        assertBroken(() -> frames.type(pfn, 64), "cannot have type index 64");
        assertBroken(() -> frames.tenant(pfn, 16384), "cannot have tenant 16384");
    }

    @Test
    void shouldLockOnce() {
        assertThat(frames.tryLock(pfn)).isTrue();
        assertThat(frames.tryLock(pfn)).isFalse();
        assertThat(frames.locked(pfn)).isTrue();
        frames.unlock(pfn);
        assertThat(frames.locked(pfn)).isFalse();
        assertBroken(() -> frames.unlock(pfn), "is unlocked but not locked");
    }

    @Test
    void shouldFreezeOnlyTheExactNumber() {
        frames.get(pfn);

        assertThat(frames.freeze(pfn, 1)).isFalse();
        assertThat(frames.freeze(pfn, 3)).isFalse();
        assertThat(frames.freeze(pfn, 2)).isTrue();
        assertThat(frames.getUnlessZero(pfn)).isFalse();
        frames.unfreeze(pfn, 2);
        assertThat(frames.refs(pfn)).isEqualTo(2);
        assertBroken(() -> frames.unfreeze(pfn, 2), "cannot be unfrozen");
    }

    @Test
    void shouldKeepHistoryAgesAndMarksApart() {
        frames.history(pfn, 0x1234);
        frames.age(pfn, 300);
        frames.age(pfn + 1, 4);
        frames.young(pfn);

        assertThat(frames.history(pfn)).isEqualTo(0x1234);
        assertThat(frames.history(pfn + 1)).isZero();
        assertThat(frames.age(pfn)).isEqualTo(255);
        assertThat(frames.age(pfn + 1)).isEqualTo(4);
        assertThat(frames.testAndClearYoung(pfn + 1)).isFalse();
        assertThat(frames.testAndClearYoung(pfn)).isTrue();
        assertThat(frames.testAndClearYoung(pfn)).isFalse();
    }

    @Test
    void shouldMarkEachOfNeighbouringFramesByItself() {
        for (int i = 0; i < 130; i += 3) {
            frames.young(pfn + i);
        }
        for (int i = 0; i < 130; i++) {
            assertThat(frames.testAndClearYoung(pfn + i)).isEqualTo(i % 3 == 0);
        }
    }

    private static void assertBroken(Runnable call, String message) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
                .hasMessageContaining(message);
    }
}
