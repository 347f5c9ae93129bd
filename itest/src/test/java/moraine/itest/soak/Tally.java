package moraine.itest.soak;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What was done so far, by kind, and the first thing that went wrong. */
@SuppressWarnings("EnumOrdinal") // within one run
final class Tally {
    private final List<LongAdder> done =
            Stream.generate(LongAdder::new).limit(Kind.values().length).toList();
    private final LongAdder operations = new LongAdder();
    private final LongAdder provenPages = new LongAdder();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    void did(Kind kind) {
        done.get(kind.ordinal()).increment();
        operations.increment();
    }

    void proved(int pages) {
        provenPages.add(pages);
    }

    long count(Kind kind) {
        return done.get(kind.ordinal()).sum();
    }

    long operations() {
        return operations.sum();
    }

    long provenPages() {
        return provenPages.sum();
    }

    void fail(Throwable what) {
        failure.compareAndSet(null, what);
    }

    @Nullable
    Throwable failure() {
        return failure.get();
    }

    boolean failed() {
        return failure.get() != null;
    }
}
