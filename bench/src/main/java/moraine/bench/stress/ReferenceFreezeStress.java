package moraine.bench.stress;

import moraine.core.impl.frames.Frames;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Somebody refers to a page that a migration, which holds it alone, is about to replace. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.FORBIDDEN, desc = "The page was replaced under a reference.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The reference was first; the page stays.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The migration was first; there is nothing to refer to.")
@Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "Neither got the page.")
@State
public class ReferenceFreezeStress {
    private final Frames frames = Records.FRAMES;
    private final long pfn = Records.next();

    /** Locks it, as the migration does when it collects. */
    public ReferenceFreezeStress() {
        frames.tryLock(pfn);
    }

    /** Takes a reference, and keeps it until the end. */
    @Actor
    public void refer(II_Result result) {
        result.r1 = frames.getUnlessZero(pfn) ? 1 : 0;
    }

    /** Replaces the page. */
    @Actor
    public void freeze(II_Result result) {
        result.r2 = frames.freezeAndUnlock(pfn, 1) ? 1 : 0;
    }
}
