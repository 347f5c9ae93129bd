package moraine.core.impl.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import moraine.core.api.model.Pages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The density of a block against a tree that is walked from its root. */
final class DensityTest {
    private static final int BLOCK = Pages.PER_LARGE;

    private final boolean[] there = new boolean[BLOCK];

    /** {@return the first node on the way from the root to a page that is dense enough, or the leaf} */
    private int oracle(int start, int size, int page, int leaf, int percent) {
        if (size == leaf || dense(start, size, percent)) {
            return size;
        }
        int half = size / 2;
        return oracle(page < start + half ? start : start + half, half, page, leaf, percent);
    }

    private boolean dense(int start, int size, int percent) {
        int count = 0;
        for (int page = start; page < start + size; page++) {
            count += there[page] ? 1 : 0;
        }
        return (double) count / size > percent / 100.0;
    }

    @ParameterizedTest
    @CsvSource({"16, 51", "16, 1", "16, 100", "1, 51", "64, 25", "512, 51", "8, 75"})
    void shouldAgreeWithATree(int leaf, int percent) {
        var random = new Random(leaf * 1000L + percent);
        var density = new Density();
        for (int turn = 0; turn < 200; turn++) {
            density.begin(leaf);
            Arrays.fill(there, false);
            int resident = random.nextInt(BLOCK);
            for (int i = 0; i < resident; i++) {
                int page = turn % 2 == 0 ? random.nextInt(BLOCK) : i;
                density.resident(page);
                there[page] = true;
            }
            int touched = random.nextInt(BLOCK);
            density.touched(touched);
            Arrays.fill(there, touched & -leaf, (touched & -leaf) + leaf, true);

            assertThat(density.window(touched, percent, BLOCK)).isEqualTo(oracle(0, BLOCK, touched, leaf, percent));
        }
    }

    @Test
    void shouldGrowAsUvmDoesUnderASequentialTouch() {
        var density = new Density();
        density.begin(16);
        density.touched(0);
        assertThat(density.window(0, 51, BLOCK)).isEqualTo(16);
        density.touched(16);
        assertThat(density.window(16, 51, BLOCK)).isEqualTo(32);
        density.touched(32);
        assertThat(density.window(32, 51, BLOCK)).isEqualTo(64);
        for (int page = 48; page < 272; page += 16) {
            density.touched(page);
        }
        assertThat(density.window(271, 51, BLOCK)).isEqualTo(512);
    }

    @Test
    void shouldBringNoMoreThanMayBe() {
        var density = new Density();
        density.begin(16);
        density.residentAll();
        density.touched(5);
        assertThat(density.window(5, 51, 64)).isEqualTo(64);
        assertThat(density.window(5, 51, 4)).isEqualTo(4);
    }
}
