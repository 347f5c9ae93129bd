package moraine.bench.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A context that renews its translations after one shoot-down, against the next one: the renewal must not overwrite it.
 */
@JCStressTest
@Outcome(
        id = {"2, .*", ".*, 2"},
        expect = Expect.FORBIDDEN,
        desc = "Read a frame after it was given to somebody else.")
@Outcome(id = "(1|-1), (1|-1)", expect = Expect.ACCEPTABLE, desc = "Read in time, or saw that it is gone.")
@State
public class RenewalStress {
    private final Shot shot = new Shot(/* warm= */ true);

    /** Loads from the first page, which may renew, then twice from the second. */
    @Actor
    public void load(II_Result result) {
        int first = shot.load(0);
        int second = shot.load(1);
        result.r1 = first;
        result.r2 = Math.max(second, shot.load(1));
    }

    /** Takes one page away after the other and uses their frames. */
    @Actor
    public void reuse() {
        shot.reuse(0);
        shot.reuse(1);
    }
}
