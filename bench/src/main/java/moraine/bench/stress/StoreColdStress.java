package moraine.bench.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A store through a translation that the context has to look up in the table, against a shoot-down after which the
 * frame is copied.
 */
@JCStressTest
@Outcome(id = "1, 1, 3", expect = Expect.FORBIDDEN, desc = "The store landed in the frame after the copy: it is lost.")
@Outcome(id = "0, \\d, 3", expect = Expect.FORBIDDEN, desc = "The store landed though it faulted.")
@Outcome(id = "1, 3, 3", expect = Expect.ACCEPTABLE, desc = "The store was in time for the copy.")
@Outcome(
        id = "0, 1, 1",
        expect = Expect.ACCEPTABLE,
        desc = "The store faulted, and goes to the copy when it is repeated.")
@State
public class StoreColdStress {
    private static final int NEW = 3;

    private final Shot shot = new Shot(/* warm= */ false);

    /** Stores. */
    @Actor
    public void store(III_Result result) {
        result.r1 = shot.store(NEW) ? 1 : 0;
    }

    /** Takes the page away and copies its frame. */
    @Actor
    public void copy(III_Result result) {
        shot.shootDown();
        result.r2 = (int) Shared.peek(shot.pfn);
    }

    /** Looks what the frame ends with. */
    @Arbiter
    public void end(III_Result result) {
        result.r3 = (int) Shared.peek(shot.pfn);
    }
}
