package moraine.core.impl.access;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import moraine.core.api.time.Actors;
import org.jspecify.annotations.Nullable;

/** The contexts that may hold translations of one table. */
public final class Contexts {
    private static final AccessContext[] NOBODY = {};

    private final Actors actors;
    private volatile AccessContext[] all = NOBODY;

    public Contexts(Actors actors) {
        this.actors = actors;
    }

    synchronized void add(AccessContext context) {
        AccessContext[] copy = Arrays.copyOf(all, all.length + 1);
        copy[all.length] = context;
        all = copy;
    }

    synchronized void remove(AccessContext context) {
        all = Arrays.stream(all).filter(c -> c != context).toArray(AccessContext[]::new);
    }

    /** {@return the contexts now; the array must not be changed} */
    public AccessContext[] list() {
        return all;
    }

    /**
     * Makes contexts translate anew, so that a page which is still used is marked young again, or is noticed where a
     * hint was planted; waits for nobody. Nothing else about an entry has changed: what an access under way goes on
     * with is as good as what it would get.
     */
    public void renew() {
        for (AccessContext context : all) {
            context.voidTranslations();
        }
    }

    /**
     * Makes sure that nobody uses translations that were cleared before the call: voids them and waits for accesses
     * under way. Cost: one process-wide fence, and one cache line for each context.
     *
     * @param self the caller's own context, which is outside its section, or null
     * @return contexts other than the caller's
     */
    public int shootDown(@Nullable AccessContext self) {
        // An entry is cleared by a release store, and a context comes by a volatile one before it reads entries: with a
        // fence here either this list has the context, or the context finds the entry cleared.
        VarHandle.fullFence();
        AccessContext[] now = all;
        int others = 0;
        for (AccessContext context : now) {
            context.voidTranslations();
            others += context == self ? 0 : 1;
        }
        if (others == 0) {
            return 0;
        }
        Fences.heavy();
        for (AccessContext context : now) {
            if (context != self) {
                context.awaitExit(actors);
            }
        }
        return others;
    }
}
