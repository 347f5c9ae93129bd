package moraine.daemon.reclaim;

import java.util.Arrays;

/** How many pages of a node have which age, as a round met them. */
final class Ages {
    private static final int OLDEST = 255;

    private final long[] pages = new long[OLDEST + 1];

    void add(int age, int count) {
        pages[age] += count;
    }

    /** {@return the age from which on so many pages are that old, at least so much} Forgets what it was told. */
    int threshold(long wanted, int least) {
        long older = 0;
        int age = OLDEST;
        while (age > least && older + pages[age] < wanted) {
            older += pages[age];
            age--;
        }
        Arrays.fill(pages, 0);
        return age;
    }
}
