package moraine.driver.gpu;

import moraine.core.api.driver.Completion;
import moraine.core.api.driver.Kernel;
import moraine.core.api.model.Errno;
import org.jspecify.annotations.Nullable;

/** A launch in progress: the blocks of a kernel that wait, are resident or have ended. Guarded by the scheduler. */
final class Grid {
    private final Kernel kernel;
    private final int blocks;
    private final AttachedSpace space;
    private final Completion completion;

    private int started;
    private int resident;
    private int finished;
    private boolean ended;
    private volatile @Nullable Errno errno;
    private String message = "";

    private Grid(Kernel kernel, int blocks, AttachedSpace space, Completion completion) {
        this.kernel = kernel;
        this.blocks = blocks;
        this.space = space;
        this.completion = completion;
    }

    /**
     * {@return the launch of a kernel}
     *
     * @throws RuntimeException what the kernel throws when asked for its size, or that the size is negative
     */
    static Grid of(Kernel kernel, AttachedSpace space, Completion completion) {
        int blocks = kernel.blocks();
        if (blocks < 0) {
            throw new IllegalArgumentException(kernel.name() + " has " + blocks + " blocks; give it 0 or more");
        }
        return new Grid(kernel, blocks, space, completion);
    }

    Kernel kernel() {
        return kernel;
    }

    AttachedSpace space() {
        return space;
    }

    int blocks() {
        return blocks;
    }

    /** {@return the number of the next block to start} */
    int start() {
        resident++;
        return started++;
    }

    boolean allStarted() {
        return started == blocks;
    }

    /** {@return whether none of its blocks is resident} */
    boolean idle() {
        return resident == 0;
    }

    void finish() {
        finished++;
    }

    void leave() {
        resident--;
    }

    int finished() {
        return finished;
    }

    /** {@return whether a worker that runs one of its blocks should stop; may be asked by any thread} */
    boolean failed() {
        return errno != null;
    }

    /** Notes how it failed, unless it has failed or ended before. @return whether this is the first failure */
    boolean fail(Errno how, String why) {
        if (ended || errno != null) {
            return false;
        }
        message = why;
        errno = how;
        return true;
    }

    /** {@return whether none of its blocks will run any more; true once only} */
    boolean endsNow() {
        if (ended || resident > 0 || (errno == null && finished < blocks)) {
            return false;
        }
        ended = true;
        return true;
    }

    /** Tells the host how it ended. Called once, with no lock held. */
    void complete() {
        Errno how = errno;
        if (how == null) {
            completion.done();
        } else {
            completion.failed(how, message);
        }
    }
}
