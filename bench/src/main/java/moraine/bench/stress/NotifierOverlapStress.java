package moraine.bench.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A mirror copies a translation while it is taken away and another invalidation overlaps. */
@JCStressTest
@Outcome(id = "\\d, 1", expect = Expect.FORBIDDEN, desc = "The mirror ends with a translation that is gone.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Copied, and torn down or empty already.")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Told to read again.")
@State
public class NotifierOverlapStress {
    private final Mirrored page = new Mirrored();

    /** Subscribes. */
    public NotifierOverlapStress() {
        page.subscribe();
    }

    /** Copies. */
    @Actor
    public void copy(II_Result result) {
        result.r1 = page.copyOnce() ? 1 : 0;
    }

    /** Unmaps. */
    @Actor
    public void unmap() {
        page.unmap();
    }

    /** Announces something else. */
    @Actor
    public void announce() {
        page.announce();
    }

    /** Looks what the mirror ends with. */
    @Arbiter
    public void end(II_Result result) {
        result.r2 = page.mirrored();
    }
}
