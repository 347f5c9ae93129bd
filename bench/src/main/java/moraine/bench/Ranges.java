package moraine.bench;

import java.util.SplittableRandom;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.impl.space.SpaceImpl;

/** A thousand mappings with gaps between them, and their pages in an order that tells a cache nothing. */
final class Ranges {
    static final int COUNT = 1000;
    static final int PAGES_EACH = 32;
    static final int PAGES = COUNT * PAGES_EACH;
    static final long START = 1L << 36;
    static final long BYTES_EACH = (long) PAGES_EACH << Pages.SHIFT;
    static final long STRIDE = 2 * BYTES_EACH;

    private Ranges() {}

    static void map(SpaceImpl space) {
        for (int i = 0; i < COUNT; i++) {
            space.mmap(MapRequest.anonymous(BYTES_EACH).at(START + i * STRIDE));
        }
    }

    /** {@return the address of every page, shuffled the same way each time} */
    static long[] shuffledPages() {
        long[] addresses = new long[PAGES];
        for (int i = 0; i < PAGES; i++) {
            addresses[i] = START + i / PAGES_EACH * STRIDE + ((long) (i % PAGES_EACH) << Pages.SHIFT);
        }
        shuffle(addresses);
        return addresses;
    }

    static void shuffle(long[] values) {
        var random = new SplittableRandom(1);
        for (int i = values.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            long value = values[i];
            values[i] = values[other];
            values[other] = value;
        }
    }
}
