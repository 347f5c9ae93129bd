package moraine.core.impl.access;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import moraine.core.api.time.Actors;

/**
 * The access section of one context.
 *
 * <p>Protocol. The confining thread sets its mark, reads where its translations are, translates, accesses, clears its
 * mark. A shoot-down clears the entry, raises the generation, takes the translations away, fences, and waits while it
 * sees the mark. Either the thread's mark is seen, and the shoot-down waits until the access is over, or the thread
 * finds no translations and looks at the cleared entry. Inside a section there is no fault, no lock and no callback, so
 * the wait is short.
 *
 * <p>A thread that enters one section after the other could show its mark whenever the shoot-down looks, and a compiler
 * may merge two sections into one. But the first access that finds no translations renews them, and says for which
 * generation; all sections before are over then, and this one translates anew. So a shoot-down waits for one access at
 * most, and the mark can be a constant: entering loads nothing and waits for no store that went before.
 */
abstract class Section extends SectionPadAfter {
    private static final VarHandle MARK = handle("mark");
    private static final VarHandle LIVE = handle("live");
    private static final VarHandle GENERATION = handle("generation");
    private static final VarHandle RENEWED = handle("renewed");

    private static VarHandle handle(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(SectionMarks.class, field, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Enters the section. */
    final void enter() {
        MARK.setOpaque(this, 1L);
        Fences.light();
    }

    /** {@return the translations that hold until {@link #exit}; asked inside the section} */
    final long live() {
        return (long) LIVE.getAcquire(this);
    }

    /** Leaves the section. */
    final void exit() {
        MARK.setRelease(this, 0L);
    }

    /**
     * Renews the translations inside a section. What a shoot-down stored may be overwritten: its entry is cleared
     * already, the translations are empty, and its generation, raised before, is the one that is renewed for.
     *
     * @param translations all of them void
     */
    final void renew(long translations) {
        LIVE.setVolatile(this, translations);
        RENEWED.setRelease(this, (long) GENERATION.getVolatile(this));
    }

    /** Takes all translations away; the entries are cleared already. The generation is raised first: see renew. */
    final void replace(long nothing) {
        GENERATION.getAndAdd(this, 1L);
        LIVE.setVolatile(this, nothing);
    }

    /** Waits until the thread has left the section that it is in, if any; translations are void already. */
    final void awaitExit(Actors actors) {
        long now = (long) GENERATION.getAcquire(this);
        for (int turn = 0; (long) MARK.getAcquire(this) != 0 && (long) RENEWED.getAcquire(this) < now; turn++) {
            actors.pause(turn);
        }
    }
}
