package moraine.bench.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Loads one after the other, whose sections a compiler may merge and whose mark a shoot-down may always see, against a
 * shoot-down after which the frame is used anew. Its wait ends when the context renews its translations.
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "No load saw the frame after it was given to somebody else.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Loads read the frame after it was given to somebody else.")
@State
public class SectionsStress {
    private static final int LOADS = 20;

    private final Shot shot = new Shot(/* warm= */ true);

    /** Loads. */
    @Actor
    public void load(I_Result result) {
        int wrong = 0;
        for (int i = 0; i < LOADS; i++) {
            wrong += shot.load(i & 1) == Shot.REUSED ? 1 : 0;
        }
        result.r1 = wrong;
    }

    /** Takes a page away and uses its frame. */
    @Actor
    public void reuse() {
        shot.reuse(0);
    }
}
