package moraine.itest.soak;

import moraine.core.api.model.Pages;

/**
 * What a part of a page holds: words that follow from region, page, part and version, so that each byte is known. Two
 * versions differ by the same in every word. Version 0 is zeros.
 */
final class Pattern {
    /** What each word gains from one version to the next. */
    static final long DELTA = 0x9e3779b97f4a7c15L;

    private static final long STEP = 0xd1342543de82ef95L;

    private Pattern() {}

    static int words(int parts) {
        return Pages.SIZE / Long.BYTES / parts;
    }

    static long word(long key, int version, int index) {
        return version == 0 ? 0 : key + version * DELTA + index * STEP;
    }

    /** {@return what tells a part of a page from all others} */
    static long key(int region, int page, int part) {
        long z = ((long) region << 32 | (long) page << 8 | part) * DELTA;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        return (z ^ z >>> 27) * 0x94d049bb133111ebL | 1;
    }

    static void fill(long[] words, int count, long key, int version) {
        for (int i = 0; i < count; i++) {
            words[i] = word(key, version, i);
        }
    }

    /** {@return the first word that is not the version's, or -1} */
    static int mismatch(long[] words, int count, long key, int version) {
        for (int i = 0; i < count; i++) {
            if (words[i] != word(key, version, i)) {
                return i;
            }
        }
        return -1;
    }

    static boolean zeros(long[] words, int count) {
        return mismatch(words, count, 0, 0) < 0;
    }
}
