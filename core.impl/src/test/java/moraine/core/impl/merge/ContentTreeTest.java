package moraine.core.impl.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The tree against a map. */
final class ContentTreeTest {
    @Test
    void shouldKnowWhatAMapKnows() {
        var random = new SplittableRandom(7);
        var tree = new ContentTree();
        Map<Long, Long> map = new HashMap<>();
        for (long step = 0; step < 20_000; step++) {
            long key = random.nextInt(1_000) * 0x1234567887654321L;
            switch (random.nextInt(4)) {
                case 0 -> {
                    tree.remove(key);
                    map.remove(key);
                }
                case 1 -> assertThat(tree.get(key)).isEqualTo(map.getOrDefault(key, ContentTree.NOTHING));
                default -> {
                    tree.put(key, step);
                    map.put(key, step);
                }
            }
            assertThat(tree.size()).isEqualTo(map.size());
        }
        map.forEach((key, value) -> assertThat(tree.get(key)).isEqualTo(value));

        tree.clear();
        assertThat(tree.size()).isZero();
        map.forEach((key, _) -> assertThat(tree.get(key)).isEqualTo(ContentTree.NOTHING));
    }

    /** Keys that come in order make no list of it: it would be too deep to walk. */
    @Test
    void shouldStayFlat() {
        var tree = new ContentTree();
        for (long key = 0; key < 200_000; key++) {
            tree.put(key, key);
        }
        for (long key = 0; key < 200_000; key += 2) {
            tree.remove(key);
        }

        assertThat(tree.size()).isEqualTo(100_000);
        assertThat(tree.get(1)).isEqualTo(1);
        assertThat(tree.get(2)).isEqualTo(ContentTree.NOTHING);
    }
}
