package moraine.core.impl.numa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The queue of hint faults: what comes first goes first, and what finds no room is told to its writer. */
@Timeout(120)
final class HintRingTest {
    private final List<Long> taken = new ArrayList<>();

    private boolean take(HintRing ring) {
        return ring.take((_, identity, _, _, _) -> taken.add(identity));
    }

    @Test
    void shouldTellInOrderAndRefuseWhatFindsNoRoom() {
        var ring = new HintRing(4);
        ring.open();
        for (int lap = 0; lap < 3; lap++) {
            taken.clear();
            for (long i = 0; i < 4; i++) {
                assertThat(ring.put(0, i, 0, 0)).isTrue();
            }
            assertThat(ring.put(0, 4, 0, 0)).isFalse();
            assertThat(take(ring)).isTrue();
            assertThat(ring.put(0, 5, 0, 0)).isTrue();
            while (take(ring)) {
                assertThat(taken.size()).isLessThanOrEqualTo(5);
            }
            assertThat(taken).containsExactly(0L, 1L, 2L, 3L, 5L);
        }
    }

    @Test
    void shouldHaveNoRoomUntilAHintIsPlanted() {
        var ring = new HintRing(4);

        assertThat(ring.put(0, 1, 0, 0)).isFalse();
        assertThat(take(ring)).isFalse();
    }

    @Test
    void shouldTellWhatWasPut() {
        var ring = new HintRing(2);
        ring.open();
        ring.put(77L << 8 | 5, 3, 9, 11);

        assertThat(ring.take((pfn, identity, toucher, mark, latencyNs) ->
                        taken.addAll(List.of(pfn, identity, (long) toucher, mark, latencyNs))))
                .isTrue();
        assertThat(taken).containsExactly(77L, 3L, 5L, 9L, 11L);
    }

    @Test
    void shouldLoseAndDoubleNothingAmongManyThreads() throws Exception {
        int each = 20_000;
        int writers = 3;
        var ring = new HintRing(64);
        ring.open();
        var seen = new AtomicLongArray(each * writers);
        var torn = new AtomicLong();
        var read = new AtomicLong();
        try (var threads = Executors.newFixedThreadPool(writers + 2)) {
            var ends = new ArrayList<Future<Void>>();
            for (int writer = 0; writer < writers; writer++) {
                long first = (long) writer * each;
                ends.add(threads.submit(() -> fill(ring, first, each)));
            }
            for (int reader = 0; reader < 2; reader++) {
                Callable<Void> reading = () -> {
                    while (read.get() < (long) each * writers) {
                        if (ring.take((pfn, identity, _, mark, latencyNs) -> {
                            seen.incrementAndGet((int) identity);
                            torn.addAndGet(pfn == identity && mark == identity && latencyNs == identity ? 0 : 1);
                        })) {
                            read.incrementAndGet();
                        } else {
                            Thread.onSpinWait();
                        }
                    }
                    return null;
                };
                ends.add(threads.submit(reading));
            }
            for (Future<Void> end : ends) {
                end.get();
            }
        }
        assertThat(torn).hasValue(0);
        for (int i = 0; i < seen.length(); i++) {
            assertThat(seen.get(i)).isEqualTo(1);
        }
    }

    private static Void fill(HintRing ring, long first, int count) {
        for (long i = first; i < first + count; ) {
            if (ring.put(i << 8, i, i, i)) {
                i++;
            } else {
                Thread.onSpinWait();
            }
        }
        return null;
    }
}
