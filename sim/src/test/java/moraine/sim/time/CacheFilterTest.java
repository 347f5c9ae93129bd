package moraine.sim.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class CacheFilterTest {
    @Test
    void shouldEvictTheLeastRecentlyUsedOfASet() {
        var cache = new CacheFilter(4 * 64, 4, 64);
        for (long line = 1; line <= 4; line++) {
            assertThat(cache.lookup(CacheFilter.tag(line, 0))).isZero();
            cache.insert(CacheFilter.tag(line, 0), false);
        }
        assertThat(cache.lookup(CacheFilter.tag(1, 0))).isNotZero();
        cache.insert(CacheFilter.tag(5, 0), false);
        assertThat(cache.lookup(CacheFilter.tag(2, 0))).isZero();
        assertThat(cache.lookup(CacheFilter.tag(1, 0))).isNotZero();
    }

    @Test
    void shouldTellNodesApart() {
        var cache = new CacheFilter(4 * 64, 4, 64);
        cache.insert(CacheFilter.tag(1, 0), false);
        assertThat(cache.lookup(CacheFilter.tag(1, 63))).isZero();
    }

    @Test
    void shouldForgetTheRightToWriteWhenShared() {
        var cache = new CacheFilter(1 << 12, 4, 64);
        long tag = CacheFilter.tag(9, 2);
        cache.insert(tag, true);
        assertThat(CacheFilter.modified(cache.lookup(tag))).isTrue();
        cache.share(tag);
        assertThat(CacheFilter.modified(cache.lookup(tag))).isFalse();
        cache.invalidate(tag);
        assertThat(cache.lookup(tag)).isZero();
    }

    @Test
    void shouldAgreeWithAListInRecencyOrder() {
        int ways = 8;
        var cache = new CacheFilter(ways * 64L, ways, 64);
        List<Long> model = new ArrayList<>();
        var random = new SplittableRandom(7);
        for (int i = 0; i < 20_000; i++) {
            long tag = CacheFilter.tag(random.nextInt(12), 0);
            boolean expected = model.remove(tag);
            assertThat(cache.lookup(tag) != 0).isEqualTo(expected);
            if (!expected) {
                cache.insert(tag, false);
            }
            model.addFirst(tag);
            if (model.size() > ways) {
                model.removeLast();
            }
        }
    }

    @Test
    void shouldKeepAboutAsManyLinesAsItHolds() {
        var cache = new CacheFilter(1 << 20, 16, 64);
        int lines = (1 << 20) / 64;
        assertThat(cache.lines()).isEqualTo(lines);
        for (long line = 0; line < lines; line++) {
            cache.insert(CacheFilter.tag(line, 1), false);
        }
        long kept = 0;
        for (long line = 0; line < lines; line++) {
            kept += cache.lookup(CacheFilter.tag(line, 1)) == 0 ? 0 : 1;
        }
        assertThat(kept).isGreaterThan(lines * 4 / 5);
    }
}
