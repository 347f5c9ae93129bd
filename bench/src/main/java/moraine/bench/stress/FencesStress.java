package moraine.bench.stress;

import moraine.core.impl.access.Fences;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The light and the heavy fence together: of two threads that each write, fence and read, one sees the other. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "Neither saw the other: a shoot-down would miss a section.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The reader was first, and the shoot-down saw its mark.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The shoot-down was first, and the reader saw the change.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Each saw the other.")
@State
public class FencesStress {
    private int mark;
    private int generation;

    /** Enters a section. */
    @Actor
    public void enter(II_Result result) {
        mark = 1;
        Fences.light();
        result.r1 = generation;
    }

    /** Shoots down. */
    @Actor
    public void shootDown(II_Result result) {
        generation = 1;
        Fences.heavy();
        result.r2 = mark;
    }
}
