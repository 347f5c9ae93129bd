package moraine.core.impl.access;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import moraine.core.api.time.Actors;

/**
 * The access section of one context.
 *
 * <p>Protocol. The confining thread writes an odd mark, reads the generation, translates, accesses, writes an even
 * mark. A shoot-down clears the entry, raises the generation, fences, and waits while it sees the same odd mark. Either
 * the thread's mark is seen, and the shoot-down waits until the access is over, or the thread sees the new generation
 * and therefore the cleared entry. Inside a section there is no fault, no lock and no callback, so the wait is short.
 */
abstract class Section extends SectionPadAfter {
    private static final VarHandle MARK;
    private static final VarHandle GENERATION;

    static {
        try {
            var lookup = MethodHandles.lookup();
            MARK = lookup.findVarHandle(SectionMarks.class, "mark", long.class);
            GENERATION = lookup.findVarHandle(SectionMarks.class, "generation", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Enters the section. @return its mark, for {@link #exit} */
    final long enter() {
        long odd = mark + 1;
        MARK.setOpaque(this, odd);
        Fences.light();
        return odd;
    }

    /** {@return the generation whose translations hold until {@link #exit}; asked inside the section} */
    final long holding() {
        return (long) GENERATION.getAcquire(this);
    }

    /** Leaves the section. The mark comes back as an argument, because reading it again would wait for its store. */
    final void exit(long odd) {
        MARK.setRelease(this, odd + 1);
    }

    /** Voids all translations; the entries are cleared already. */
    final void voidTranslations() {
        GENERATION.getAndAdd(this, 1L);
    }

    /** Waits until the thread has left the section that it is in, if any. */
    final void awaitExit(Actors actors) {
        long seen = (long) MARK.getAcquire(this);
        if ((seen & 1) == 0) {
            return;
        }
        for (int turn = 0; (long) MARK.getAcquire(this) == seen; turn++) {
            actors.pause(turn);
        }
    }
}
