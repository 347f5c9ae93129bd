package moraine.bench.stress;

import moraine.core.impl.frames.Frames;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two migrators try to hold one page. */
@JCStressTest
@Outcome(id = "1, 1, \\d", expect = Expect.FORBIDDEN, desc = "Both hold the page.")
@Outcome(id = "0, 0, \\d", expect = Expect.FORBIDDEN, desc = "Nobody holds it, and nobody else could have.")
@Outcome(id = "(1, 0|0, 1), 2", expect = Expect.ACCEPTABLE, desc = "One holds it: its reference and the page's own.")
@State
public class HoldStress {
    private final Frames frames = Records.FRAMES;
    private final long pfn = Records.next();

    /** Holds. */
    @Actor
    public void first(III_Result result) {
        result.r1 = frames.hold(pfn) ? 1 : 0;
    }

    /** Holds. */
    @Actor
    public void second(III_Result result) {
        result.r2 = frames.hold(pfn) ? 1 : 0;
    }

    /** Counts references. */
    @Arbiter
    public void end(III_Result result) {
        result.r3 = frames.refs(pfn);
    }
}
