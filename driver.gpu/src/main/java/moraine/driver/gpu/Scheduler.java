package moraine.driver.gpu;

import moraine.core.api.model.Errno;
import moraine.core.api.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Decides which block runs next, parks blocks that fault, and when the host is told of faults.
 *
 * <p>A grid's blocks become resident as slots allow. A resident block is ready, running on a worker, parked with a
 * fault, or served and about to be ready. While faults wait, new blocks go first, so that the batch grows to as many
 * faults as there are slots; otherwise ready blocks do, so that few blocks run to their end instead of all a little. A
 * grid with no resident block never waits behind others' ready ones. The host is told when the buffer is nearly full,
 * or when every block that could run has had its turn since the oldest fault came in.
 *
 * <p>The lock is the device's: held for a few moves of list entries, never across a call that leaves this class's
 * neighbours. What has to be called outside is taken by {@link Crew#settle}.
 */
final class Scheduler {
    private final Launches launches = new Launches();
    private final ResidentSet residents;
    private final ParkedBlocks parked;

    private final IdleWorkers idle = new IdleWorkers();
    private volatile boolean closed;

    Scheduler(GpuSettings settings, Clock clock) {
        residents = new ResidentSet(settings.residentBlocks());
        parked = new ParkedBlocks(settings, clock);
    }

    /** Takes a launch. It ends at once when the device is closed or its space detached. */
    synchronized void add(Grid grid) {
        launches.add(grid);
        if (closed) {
            fail(grid, Errno.ENODEV, "the device went away; launch it on another device");
        } else if (grid.space().detached()) {
            fail(grid, Errno.EBADF, "the space was closed; open another");
        } else if (grid.blocks() == 0) {
            launches.endIfOver(grid);
        } else {
            launches.await(grid);
        }
    }

    /** {@return the block for a worker to run, or null, which makes it idle} */
    synchronized @Nullable ResidentBlock next(int worker) {
        resume();
        if (shouldRaise()) {
            parked.raise();
        }
        ResidentBlock block = canStart() && startsFirst() ? start() : residents.pollReady();
        if (block == null) {
            idle.add(worker);
        } else {
            idle.remove(worker);
            residents.begin();
        }
        return block;
    }

    /** {@return when an idle worker is to look again, or -1 for not before it is woken} */
    synchronized long resumesAt() {
        return parked.resumesAt();
    }

    /** A running block has more to do. */
    synchronized void again(ResidentBlock block) {
        residents.end();
        if (block.grid().failed()) {
            release(block);
        } else {
            residents.addReady(block);
        }
    }

    /** A running block has ended. */
    synchronized void finish(ResidentBlock block) {
        residents.end();
        block.grid().finish();
        release(block);
    }

    /** A running block makes its launch fail. */
    synchronized void fail(ResidentBlock block, Errno errno, String why) {
        residents.end();
        fail(block.grid(), errno, why);
        release(block);
    }

    /** A running block misses a translation. @return whether the buffer had room for the fault */
    synchronized boolean park(ResidentBlock block, FaultLatch fault) {
        residents.end();
        if (block.grid().failed()) {
            release(block);
            return true;
        }
        if (!parked.anyFaults()) {
            residents.beginRotation();
        }
        return parked.park(block, fault);
    }

    /** Ends an episode in which the full buffer lost faults. @return how many, the first of them put into a packet */
    synchronized long takeOverflow(FaultPacket into) {
        return parked.takeOverflow(into);
    }

    /** Takes a fault out of the buffer. @return whether there was one */
    synchronized boolean take(FaultPacket into) {
        return parked.take(into);
    }

    /** Makes blocks ready whose faults left the buffer, or never got in. */
    synchronized void replay() {
        parked.replay();
    }

    /** Fails the launches whose fault at an address cannot be served. */
    synchronized void cancel(AttachedSpace space, long page, Errno errno) {
        parked.refused(space, page, errno).forEach((grid, why) -> fail(grid, errno, why));
    }

    /** Fails all launches of a space. */
    synchronized void detach(AttachedSpace space) {
        space.detach();
        launches.live().stream()
                .filter(grid -> grid.space() == space)
                .forEach(grid -> fail(grid, Errno.EBADF, FailureText.cut(grid, "the space was closed")));
    }

    /** Fails all launches, and each that still comes. */
    synchronized void close() {
        closed = true;
        launches.live().forEach(grid -> fail(grid, Errno.ENODEV, FailureText.cut(grid, "the device went away")));
    }

    boolean closed() {
        return closed;
    }

    /** {@return whether the host is to be told of faults; true once each time} */
    synchronized boolean takeRaise() {
        return parked.takeRaise() && !closed;
    }

    /** {@return a launch that ended and whose host is to be told, or null} */
    synchronized @Nullable Grid pollEnded() {
        return launches.pollEnded();
    }

    /**
     * {@return the idle workers that there is work for}
     *
     * @param spared blocks that the calling worker takes itself
     */
    synchronized long takeIdle(int spared) {
        if (idle.none()) {
            return 0;
        }
        int startable = launches.anyWaiting() ? residents.freeSlots() : 0;
        int work = residents.readyBlocks() + parked.resumable() + startable + (shouldRaise() ? 1 : 0) - spared;
        return idle.take(work);
    }

    /** {@return all idle workers} */
    synchronized long takeAllIdle() {
        return idle.take(Long.SIZE);
    }

    private boolean shouldRaise() {
        if (!parked.untold()) {
            return false;
        }
        if (parked.nearlyFull()) {
            return true;
        }
        boolean resuming = residents.readyBlocks() == 0 && parked.anyServed();
        return !canStart() && !resuming && residents.allHadTheirTurn();
    }

    private boolean canStart() {
        return launches.anyWaiting() && residents.freeSlots() > 0;
    }

    private boolean startsFirst() {
        return residents.readyBlocks() == 0 || parked.anyFaults() || launches.nextIsIdle();
    }

    private @Nullable ResidentBlock start() {
        ResidentBlock block = residents.pollFree();
        if (block != null) {
            launches.start(block);
        }
        return block;
    }

    /** Makes blocks ready whose faults were served by now. */
    private void resume() {
        for (ResidentBlock block = parked.pollResumable(); block != null; block = parked.pollResumable()) {
            residents.addReady(block);
            residents.beginRotation();
        }
    }

    private void fail(Grid grid, Errno errno, String why) {
        if (!grid.fail(errno, why)) {
            return;
        }
        launches.forgo(grid);
        residents.dismiss(grid, this::release);
        parked.dismiss(grid, this::release);
        residents.beginRotation();
        launches.endIfOver(grid);
    }

    private void release(ResidentBlock block) {
        Grid grid = block.grid();
        block.clear();
        residents.addFree(block);
        grid.leave();
        launches.endIfOver(grid);
    }
}
