package moraine.bench.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A mirror ends its subscription while a change is announced. */
@JCStressTest
@Outcome(id = "true, .*", expect = Expect.FORBIDDEN, desc = "It was called after its removal had ended.")
@Outcome(id = "false, false", expect = Expect.FORBIDDEN, desc = "An announcement never ended.")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "Called before, or not at all.")
@State
public class RemovalStress {
    private final Mirrored page = new Mirrored();

    /** Subscribes before anybody runs. */
    public RemovalStress() {
        page.subscribe();
    }

    /** Ends the subscription. */
    @Actor
    public void remove() {
        page.unsubscribe();
    }

    /** Announces a change. */
    @Actor
    public void announce() {
        page.announce();
    }

    /** Looks whether it was called late, and whether all is quiet. */
    @Arbiter
    public void end(ZZ_Result result) {
        result.r1 = page.calledLate();
        result.r2 = page.notifiers.quiet();
    }
}
