package moraine.bench;

import java.lang.foreign.MemorySegment;
import moraine.core.api.model.Backing;

/** First touches in a space of a thousand mappings, at random, with or without zeroing the page. */
final class FaultDuel implements Duel {
    private final boolean zeroing;
    private final FirstTouches touches;
    private final MemorySegment addresses = Twin.words(Ranges.shuffledPages());
    private boolean mapped;

    FaultDuel(boolean zeroing) {
        this.zeroing = zeroing;
        Backing backing = zeroing ? Backing.BYTES : Backing.STAMPS;
        touches = new FirstTouches(Rig.of(backing, 2L * Ranges.PAGES, 1024));
        Twin.map(Ranges.START, Ranges.COUNT, Ranges.PAGES_EACH, Ranges.STRIDE);
    }

    @Override
    public long operations() {
        return Ranges.PAGES;
    }

    @Override
    public Side moraine() {
        return touches;
    }

    @Override
    public Side reference() {
        return new Side() {
            @Override
            public void prepare() {
                unmap();
            }

            @Override
            public void run() {
                Twin.fault(addresses, Ranges.PAGES, zeroing);
                mapped = true;
            }
        };
    }

    private void unmap() {
        if (mapped) {
            Twin.unmap(addresses, Ranges.PAGES);
            mapped = false;
        }
    }

    @Override
    public void close() {
        unmap();
        touches.close();
    }
}
