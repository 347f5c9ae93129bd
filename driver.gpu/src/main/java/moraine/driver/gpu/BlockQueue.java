package moraine.driver.gpu;

import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Resident blocks first in, first out; has room for all of a device and never allocates. */
final class BlockQueue {
    private final @Nullable ResidentBlock[] ring;
    private long added;
    private long polled;

    BlockQueue(int capacity) {
        ring = new ResidentBlock[capacity];
    }

    void add(ResidentBlock block) {
        ring[(int) (added++ % ring.length)] = block;
    }

    @Nullable
    ResidentBlock poll() {
        return isEmpty() ? null : ring[(int) (polled++ % ring.length)];
    }

    @Nullable
    ResidentBlock peek() {
        return isEmpty() ? null : ring[(int) (polled % ring.length)];
    }

    boolean isEmpty() {
        return added == polled;
    }

    int size() {
        return (int) (added - polled);
    }

    /** {@return how many blocks were ever added} */
    long added() {
        return added;
    }

    /** {@return how many blocks ever left} */
    long polled() {
        return polled;
    }

    /** Hands the blocks that match to {@code taker}; the others stay in their order. */
    void take(Predicate<ResidentBlock> match, Consumer<ResidentBlock> taker) {
        for (int left = size(); left > 0; left--) {
            ResidentBlock block = poll();
            if (block != null && match.test(block)) {
                taker.accept(block);
            } else if (block != null) {
                add(block);
            }
        }
    }

    /** Looks at each block, in order. */
    void forEach(Consumer<ResidentBlock> visitor) {
        for (long at = polled; at < added; at++) {
            ResidentBlock block = ring[(int) (at % ring.length)];
            if (block != null) {
                visitor.accept(block);
            }
        }
    }
}
