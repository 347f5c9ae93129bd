package moraine.core.impl.frames;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.model.Backing;
import moraine.core.impl.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two parties at one record. Each test needs its overlaps to have happened. */
@Timeout(60)
final class FrameRaceTest {
    private static final int ROUNDS = 200_000;

    private final Frames frames = new Frames(Backing.STAMPS, new Types(), new NativeMemory());
    private long pfn;

    @BeforeEach
    void makeFrame() {
        pfn = frames.addMemory(0, 2048, 0) + 512;
        frames.create(0);
        frames.handOut(pfn, FrameWord.inUse(0, 0));
    }

    private static void race(Body one, Body other) throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                start.await();
                one.run();
            } catch (Throwable t) {
                failure.set(t);
            }
        });
        start.await();
        other.run();
        thread.join();
        assertThat(failure.get()).isNull();
    }

    private interface Body {
        void run() throws Exception;
    }

    @Test
    void shouldNeverLoseAReference() throws Exception {
        Body body = () -> {
            for (int i = 0; i < ROUNDS; i++) {
                assertThat(frames.getUnlessZero(pfn)).isTrue();
                frames.testAndSet(pfn, Frames.DIRTY);
                assertThat(frames.put(pfn)).isPositive();
            }
        };
        race(body, body);

        assertThat(frames.refs(pfn)).isEqualTo(1);
    }

    @Test
    void shouldExcludeReadersWhileFrozen() throws Exception {
        long[] counts = new long[3];
        boolean[] frozen = new boolean[1];
        boolean[] done = new boolean[1];
        race(
                () -> {
                    while (counts[0] < 2_000 || counts[1] < 2_000) {
                        if (frames.freeze(pfn, 1)) {
                            frozen[0] = true;
                            assertThat(frames.refs(pfn)).isZero();
                            frozen[0] = false;
                            frames.unfreeze(pfn, 1);
                            counts[0]++;
                        } else {
                            counts[1]++;
                        }
                    }
                    frames.setFlag(pfn, Frames.UNEVICTABLE);
                    done[0] = true;
                },
                () -> {
                    while (!frames.flag(pfn, Frames.UNEVICTABLE)) {
                        if (frames.getUnlessZero(pfn)) {
                            assertThat(frozen[0]).isFalse();
                            counts[2]++;
                            frames.put(pfn);
                        }
                    }
                });

        assertThat(done[0]).isTrue();
        assertThat(counts[0]).as("freezes").isPositive();
        assertThat(counts[1]).as("freezes that a reader refused").isPositive();
        assertThat(counts[2]).as("references taken").isPositive();
        assertThat(frames.refs(pfn)).isEqualTo(1);
    }

    @Test
    void shouldGiveTheLockToOneAtATime() throws Exception {
        long[] counter = new long[1];
        Body body = () -> {
            for (int i = 0; i < ROUNDS; i++) {
                while (!frames.tryLock(pfn)) {
                    Thread.onSpinWait();
                }
                counter[0]++;
                frames.unlock(pfn);
            }
        };
        race(body, body);

        assertThat(counter[0]).isEqualTo(2 * ROUNDS);
    }

    @Test
    void shouldTakeReferencesOnlyOfWholeFolios() throws Exception {
        long tail = pfn + 300;
        AtomicLong taken = new AtomicLong();
        race(
                () -> {
                    for (int i = 0; i < 3_000 || taken.get() < 1_000; i++) {
                        frames.makeFolio(pfn);
                        while (!frames.tryLock(pfn) || !frames.freeze(pfn, 1)) {
                            if (frames.locked(pfn)) {
                                frames.unlock(pfn);
                            }
                            Thread.onSpinWait();
                        }
                        frames.splitFolio(pfn);
                        frames.unlock(pfn);
                        frames.unfreeze(pfn, 1);
                    }
                    frames.setFlag(pfn, Frames.UNEVICTABLE);
                },
                () -> {
                    while (!frames.flag(pfn, Frames.UNEVICTABLE)) {
                        if (frames.getUnlessZero(tail)) {
                            assertThat(frames.head(tail)).isEqualTo(pfn);
                            assertThat(frames.put(tail)).isPositive();
                            taken.incrementAndGet();
                        }
                    }
                });

        assertThat(frames.refs(pfn)).isEqualTo(1);
    }
}
