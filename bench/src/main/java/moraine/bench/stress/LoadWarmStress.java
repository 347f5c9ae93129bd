package moraine.bench.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A load through a translation that the context holds in its TLB, against a shoot-down after which the frame is used
 * anew.
 */
@JCStressTest
@Outcome(id = "2", expect = Expect.FORBIDDEN, desc = "Read the frame after it was given to somebody else.")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Read before the shoot-down was through.")
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "Saw that the translation is gone.")
@State
public class LoadWarmStress {
    private final Shot shot = new Shot(/* warm= */ true);

    /** Loads. */
    @Actor
    public void load(I_Result result) {
        result.r1 = shot.load();
    }

    /** Takes the page away and uses its frame. */
    @Actor
    public void reuse() {
        shot.shootDown();
        Shared.poke(shot.pfn, Shot.REUSED);
    }
}
