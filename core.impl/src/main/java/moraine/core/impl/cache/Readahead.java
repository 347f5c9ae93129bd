package moraine.core.impl.cache;

import org.jspecify.annotations.Nullable;

/**
 * What is known of the order in which one handle or mapping reads a file, and how far it has been read ahead (Linux
 * file_ra_state and ondemand_readahead).
 *
 * <p>A miss that starts a file or continues the last access opens a window; another reads what was asked for and
 * nothing else. In a window one page is marked: the first that nobody asked for yet. The access that meets it asks for
 * the next window, twice as large up to the most, so that its pages are there before they are needed. Threads that
 * share a handle may disturb each other here; what comes of it is a window too many or one too few.
 */
public final class Readahead {
    /** How much is read ahead. */
    public enum Mode {
        NORMAL,
        SEQUENTIAL,
        RANDOM
    }

    private static final int LARGEST_START = 4;

    private final int most;
    private long last = -1;
    private long start;
    private int size;
    private long marker = -1;

    /** @param most pages of a window, 0 for none ever */
    private Readahead(int most) {
        this.most = most;
    }

    /** {@return the state of a stream that has read nothing} */
    public static Readahead of(Mode mode, int usual) {
        return switch (mode) {
            case NORMAL -> new Readahead(usual);
            case SEQUENTIAL -> new Readahead(2 * usual);
            case RANDOM -> new Readahead(0);
        };
    }

    /** {@return whether both read ahead alike} */
    public boolean alike(@Nullable Readahead other) {
        return other != null && most == other.most;
    }

    /**
     * A page is not in the cache.
     *
     * @param wanted how many pages from it on were asked for
     * @return how many to read from it on
     */
    int miss(long index, int wanted) {
        boolean follows = index == 0 || index == last + 1 || index == last && size > 0;
        last = index;
        if (most == 0 || !follows) {
            size = 0;
            marker = -1;
            return wanted;
        }
        boolean lost = size > 0 && index >= start && index < start + size;
        int pages = Math.max(wanted, lost || size == 0 ? first(wanted) : next());
        open(index, pages, index + Math.min(wanted, pages - 1));
        return pages;
    }

    /**
     * A page was found in the cache. @return whether the window after the present one is to be read now; see
     * {@link #start()} and {@link #pages()}
     */
    public boolean hit(long index) {
        last = index;
        if (index != marker || most == 0) {
            return false;
        }
        open(start + size, next(), start + size);
        return true;
    }

    /** {@return the first page of the present window} */
    public long start() {
        return start;
    }

    /** {@return the pages of the present window} */
    public int pages() {
        return size;
    }

    private void open(long from, int pages, long marked) {
        start = from;
        size = pages;
        marker = marked;
    }

    /** Linux get_init_ra_size. */
    private int first(int wanted) {
        int rounded = Integer.highestOneBit(Math.max(1, wanted) * 2 - 1);
        if (rounded <= most / 32) {
            return rounded * LARGEST_START;
        }
        return rounded <= most / 4 ? rounded * 2 : most;
    }

    /** Linux get_next_ra_size. */
    private int next() {
        int grown = size < most / 16 ? size * 4 : size * 2;
        return Math.max(1, Math.min(grown, most));
    }
}
