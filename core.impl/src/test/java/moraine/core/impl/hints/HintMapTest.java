package moraine.core.impl.hints;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The range map against a plain array. */
final class HintMapTest {
    private static final int SPAN = 64;

    private final int[] nodes = new int[SPAN];
    private final long[] devices = new long[SPAN];

    private record Set(int node, long devices) implements HintMap.Change {
        @Override
        public int preferred(int before) {
            return node == -2 ? before : node;
        }

        @Override
        public long accessedBy(long before) {
            return before ^ devices;
        }
    }

    @Test
    void shouldAgreeWithAnArrayOverRandomChanges() {
        var random = new Random(7);
        HintMap map = HintMap.EMPTY;
        Arrays.fill(nodes, -1);
        for (int turn = 0; turn < 5_000; turn++) {
            int start = random.nextInt(SPAN - 1);
            int end = start + 1 + random.nextInt(SPAN - start - 1);
            if (turn % 7 == 0) {
                map = map.moved(start, end, SPAN).moved(SPAN, SPAN + end - start, start);
            } else {
                var change = new Set(random.nextInt(4) - 2, 1L << random.nextInt(3) & -(turn & 1));
                map = map.with(start, end, change);
                for (int at = start; at < end; at++) {
                    nodes[at] = change.preferred(nodes[at]);
                    devices[at] = change.accessedBy(devices[at]);
                }
            }
            agree(map);
        }
        assertThat(map.with(0, SPAN, HintMap.NOTHING).size()).isZero();
    }

    private void agree(HintMap map) {
        for (int at = 0; at < SPAN; at++) {
            assertThat(map.preferred(at)).isEqualTo(nodes[at]);
            assertThat(map.accessedBy(at, at + 1)).isEqualTo(devices[at]);
            assertThat(map.until(at)).isGreaterThan(at);
        }
        assertThat(map.accessedBy(0, SPAN)).isEqualTo(Arrays.stream(devices).reduce(0, (a, b) -> a | b));
        assertThat(map.size()).isLessThanOrEqualTo(SPAN);
    }

    @Test
    void shouldTellHowFarAHintGoes() {
        HintMap map = HintMap.EMPTY.with(10, 20, new Set(1, 0)).with(20, 30, new Set(1, 0));

        assertThat(map.size()).isEqualTo(1);
        assertThat(map.until(0)).isEqualTo(10);
        assertThat(map.until(10)).isEqualTo(30);
        assertThat(map.until(30)).isEqualTo(Long.MAX_VALUE);
        assertThat(map.preferred(30)).isEqualTo(-1);
    }
}
