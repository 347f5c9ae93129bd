package moraine.core.impl.events;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Event;

/**
 * The last events of some threads as longs: a writer takes a number, marks the record as being written, fills it, then
 * gives it the number; a reader skips records whose number changed meanwhile.
 */
@SuppressWarnings("EnumOrdinal") // events are longs in memory
final class Ring {
    private static final int WORDS = 6;
    private static final int NO_CAUSE = 0xff;
    private static final Event.Kind[] KINDS = Event.Kind.values();
    private static final Cause[] CAUSES = Cause.values();
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle NEXT;

    static {
        try {
            NEXT = MethodHandles.lookup().findVarHandle(Ring.class, "next", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int mask;
    private final long[] words;

    @SuppressWarnings("unused") // through NEXT
    private volatile long next = 1;

    /** @param events how many are kept at least; the next power of two is */
    Ring(int events) {
        mask = Integer.highestOneBit(2 * events - 1) - 1;
        words = new long[(mask + 1) * WORDS];
    }

    void put(long timeNs, int kind, int initiator, int space, long address, long pages, int cause) {
        long number = (long) NEXT.getAndAdd(this, 1L);
        int at = (int) (number & mask) * WORDS;
        WORD.setOpaque(words, at, 0L);
        VarHandle.storeStoreFence();
        WORD.setOpaque(words, at + 1, timeNs);
        WORD.setOpaque(words, at + 2, (initiator & 0xffffL) << 16 | (kind & 0xffL) << 8 | (cause & 0xffL));
        WORD.setOpaque(words, at + 3, (long) space);
        WORD.setOpaque(words, at + 4, address);
        WORD.setOpaque(words, at + 5, pages);
        WORD.setRelease(words, at, number);
    }

    static int code(Cause cause) {
        return cause.ordinal();
    }

    static int noCause() {
        return NO_CAUSE;
    }

    /** Hands out what is there, oldest first. */
    void forEach(Consumer<Event> to) {
        long end = (long) NEXT.getVolatile(this);
        for (long number = Math.max(1, end - mask - 1); number < end; number++) {
            int at = (int) (number & mask) * WORDS;
            if ((long) WORD.getAcquire(words, at) == number) {
                Event event = event(at);
                VarHandle.loadLoadFence();
                if ((long) WORD.getOpaque(words, at) == number) {
                    to.accept(event);
                }
            }
        }
    }

    private Event event(int at) {
        long packed = (long) WORD.getOpaque(words, at + 2);
        int cause = (int) (packed & 0xff);
        return new Event(
                (long) WORD.getOpaque(words, at + 1),
                KINDS[(int) (packed >>> 8 & 0xff)],
                (short) (packed >>> 16),
                (int) (long) WORD.getOpaque(words, at + 3),
                (long) WORD.getOpaque(words, at + 4),
                (long) WORD.getOpaque(words, at + 5),
                cause == NO_CAUSE ? "-" : CAUSES[cause].name());
    }
}
