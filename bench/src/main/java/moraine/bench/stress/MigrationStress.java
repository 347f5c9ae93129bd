package moraine.bench.stress;

import moraine.bench.Rig;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Cause;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.impl.space.SpaceImpl;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A CPU writes to a page while it moves to another node. */
@JCStressTest
@Outcome(id = "1, \\d", expect = Expect.FORBIDDEN, desc = "The store is lost: it went to the frame that was left.")
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "The page moved and holds what was stored.")
@Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "The page could not move and holds what was stored.")
@State
public class MigrationStress {
    private static final int BEFORE = 1;
    private static final int STORED = 2;

    private final SpaceImpl space = Shared.RIG.openSpace("moving");
    private final CpuContext context = space.attach(Rig.CPU);
    private final long address = space.mmap(MapRequest.anonymous(Pages.SIZE));

    /** Makes the page. */
    public MigrationStress() {
        context.putLong(address, BEFORE);
    }

    /** Stores. */
    @Actor
    public void store() {
        context.putLong(address, STORED);
    }

    /** Moves. */
    @Actor
    public void move(II_Result result) {
        result.r2 =
                (int) space.migrate(address, Pages.SIZE, Rig.FAR, Cause.USER).movedPages();
    }

    /** Reads the page where it is now. */
    @Arbiter
    public void end(II_Result result) {
        result.r1 = (int) context.getLong(address);
        context.close();
        space.close();
    }
}
