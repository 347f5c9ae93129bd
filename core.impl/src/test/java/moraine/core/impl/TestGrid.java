package moraine.core.impl;

import moraine.core.api.driver.Block;
import moraine.core.api.driver.Completion;
import moraine.core.api.driver.FaultHandler;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import org.jspecify.annotations.Nullable;

/** A kernel on a {@link TestDriver}: blocks not yet resident, blocks not yet ended, and how to tell of the end. */
final class TestGrid {
    final int space;
    private final Kernel kernel;
    private final Completion completion;
    private int next;
    private int living;
    private boolean failed;

    TestGrid(int space, Kernel kernel, Completion completion) {
        this.space = space;
        this.kernel = kernel;
        this.completion = completion;
    }

    boolean failed() {
        return failed;
    }

    /** {@return the next block to make resident, or null when there is none left} */
    @Nullable
    Resident next() {
        if (failed || next >= kernel.blocks()) {
            return null;
        }
        living++;
        return new Resident(this, next++);
    }

    boolean empty() {
        return kernel.blocks() == 0;
    }

    /** A block ended. @return whether it was the last, so that {@link #done} is due */
    boolean ended() {
        living--;
        return !failed && living == 0 && next >= kernel.blocks();
    }

    /** {@return whether this call failed it, so that {@link #fail} is due} */
    boolean tryFail() {
        boolean first = !failed;
        failed = true;
        return first;
    }

    void done() {
        completion.done();
    }

    void fail(Errno errno, String message) {
        completion.failed(errno, kernel.name() + ": " + message);
    }

    /** A block that is resident: ready, running or parked at a fault. */
    static final class Resident implements FaultHandler {
        final TestGrid grid;
        private final int index;
        private @Nullable Block block;
        private @Nullable DeviceAccess access;
        long address;
        long pages = 1;
        Intent intent = Intent.READ;
        /** Its fault is in the buffer. */
        boolean queued;

        Resident(TestGrid grid, int index) {
            this.grid = grid;
            this.index = index;
        }

        @Override
        public void fault(long at, Intent how) {
            fault(at, 1, how);
        }

        @Override
        public void fault(long at, long count, Intent how) {
            address = at;
            pages = count;
            intent = how;
        }

        boolean faultedOn(long page) {
            long first = Pages.floor(address);
            return page >= first && page < first + pages * Pages.SIZE;
        }

        boolean step(TestDriver driver) {
            Block mine = block;
            DeviceAccess memory = access;
            if (mine == null || memory == null) {
                memory = driver.access(grid.space, this);
                access = memory;
                mine = grid.kernel.block(index);
                block = mine;
            }
            boolean more = mine.step(memory);
            driver.stepEnded();
            return more;
        }

        void close() {
            DeviceAccess memory = access;
            if (memory != null) {
                memory.close();
            }
        }
    }
}
