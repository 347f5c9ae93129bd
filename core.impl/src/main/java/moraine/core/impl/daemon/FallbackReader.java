package moraine.core.impl.daemon;

import moraine.core.impl.allocator.Allocator;
import moraine.core.impl.allocator.FallbackCounts;

/** Tells one daemon what fell back since it last asked, or since it began. */
final class FallbackReader {
    private final Allocator allocator;
    private final FallbackCounts told = new FallbackCounts();
    private final FallbackCounts sums = new FallbackCounts();

    FallbackReader(Allocator allocator) {
        this.allocator = allocator;
        allocator.fallbacks(told::add);
    }

    /** {@return how many rows there are} A count that is read while it changes is told in full next time. */
    int read(FallbackList into) {
        into.clear();
        sums.clear();
        allocator.fallbacks(sums::add);
        sums.forEach((key, pages) -> {
            long news = pages - told.pages(key);
            if (news > 0 && into.add(key, news)) {
                told.add(key, news);
            }
        });
        return into.size();
    }
}
