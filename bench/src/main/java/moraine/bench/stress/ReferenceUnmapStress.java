package moraine.bench.stress;

import moraine.core.impl.frames.Frames;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** An eviction refers to a frame by its number while the last mapping of it goes. */
@JCStressTest
@Outcome(id = "2, \\d", expect = Expect.FORBIDDEN, desc = "Referred to a frame that was given to somebody else.")
@Outcome(id = "\\d, 0", expect = Expect.FORBIDDEN, desc = "Nobody freed the frame: it is lost.")
@Outcome(id = "\\d, 2", expect = Expect.FORBIDDEN, desc = "Both freed the frame.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Referred to the page; the last to let go freed it.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Refused: the page was gone.")
@State
public class ReferenceUnmapStress {
    private static final int OLD = 1;
    private static final int REUSED = 2;

    private final Frames frames = Records.FRAMES;
    private final long pfn = Records.next();
    private int content = OLD;
    private int freedByUnmap;
    private int freedByEvictor;

    /** Maps the page once, with the reference that the frame has. */
    public ReferenceUnmapStress() {
        frames.addMapping(pfn, 1);
    }

    /** Refers to the frame, looks at it, and lets go. */
    @Actor
    public void refer(II_Result result) {
        if (!frames.getUnlessZero(pfn)) {
            return;
        }
        result.r1 = content;
        freedByEvictor = free();
    }

    /** Unmaps. */
    @Actor
    public void unmap() {
        frames.dropMapping(pfn, 1);
        freedByUnmap = free();
    }

    /** Drops a reference; the frame is somebody else's after the last. */
    private int free() {
        if (frames.put(pfn) != 0) {
            return 0;
        }
        content = REUSED;
        return 1;
    }

    /** Counts who freed it. */
    @Arbiter
    public void end(II_Result result) {
        result.r2 = freedByUnmap + freedByEvictor;
    }
}
