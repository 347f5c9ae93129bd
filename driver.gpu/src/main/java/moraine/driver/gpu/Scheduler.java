package moraine.driver.gpu;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
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
    private final FaultBuffer buffer;
    private final int raiseAt;
    private final BlockQueue free;
    private final BlockQueue ready;
    private final BlockQueue parked;

    /** Blocks whose faults were served. In virtual time the host that served them may be ahead of a worker. */
    private final BlockQueue served;

    private final Clock clock;
    private final ArrayDeque<Grid> waiting = new ArrayDeque<>();
    private final List<Grid> live = new ArrayList<>();
    private final ArrayDeque<Grid> ended = new ArrayDeque<>();

    private int running;

    /** Workers that found nothing to run, one bit each. */
    private long idle;

    /** Blocks that {@link #ready} will have given away when all had their turn since the oldest fault. */
    private long rotation;

    private boolean raised;
    private boolean mustRaise;
    private boolean takenSinceReplay;
    private volatile boolean closed;

    Scheduler(GpuSettings settings, Clock clock) {
        this.clock = clock;
        int slots = settings.residentBlocks();
        buffer = new FaultBuffer(settings.faultEntries());
        raiseAt = Math.max(1, settings.faultEntries() * 3 / 4);
        free = new BlockQueue(slots);
        ready = new BlockQueue(slots);
        parked = new BlockQueue(slots);
        served = new BlockQueue(slots);
        for (int slot = 0; slot < slots; slot++) {
            free.add(new ResidentBlock());
        }
    }

    /** Takes a launch. It ends at once when the device is closed or its space detached. */
    synchronized void add(Grid grid) {
        live.add(grid);
        if (closed) {
            fail(grid, Errno.ENODEV, "the device went away; launch it on another device");
        } else if (grid.space().detached()) {
            fail(grid, Errno.EBADF, "the space was closed; open another");
        } else if (grid.blocks() == 0) {
            endIfOver(grid);
        } else {
            waiting.add(grid);
        }
    }

    /** {@return the block for a worker to run, or null, which makes it idle} */
    synchronized @Nullable ResidentBlock next(int worker) {
        resume();
        if (shouldRaise()) {
            raised = true;
            mustRaise = true;
        }
        ResidentBlock block = pick();
        if (block == null) {
            idle |= 1L << worker;
        } else {
            idle &= ~(1L << worker);
            running++;
        }
        return block;
    }

    /** {@return when an idle worker is to look again, or -1 for not before it is woken} */
    synchronized long resumesAt() {
        ResidentBlock first = served.peek();
        return first == null ? -1 : first.notBeforeNs();
    }

    /** A running block has more to do. */
    synchronized void again(ResidentBlock block) {
        running--;
        if (block.grid().failed()) {
            release(block);
        } else {
            ready.add(block);
        }
    }

    /** A running block has ended. */
    synchronized void finish(ResidentBlock block) {
        running--;
        block.grid().finish();
        release(block);
    }

    /** A running block makes its launch fail. */
    synchronized void fail(ResidentBlock block, Errno errno, String why) {
        running--;
        fail(block.grid(), errno, why);
        release(block);
    }

    /** A running block misses a translation. @return whether the buffer had room for the fault */
    synchronized boolean park(ResidentBlock block, long address, Intent intent) {
        running--;
        if (block.grid().failed()) {
            release(block);
            return true;
        }
        if (buffer.isEmpty()) {
            rotation = ready.added();
        }
        block.park(address, intent);
        parked.add(block);
        return buffer.offer(block);
    }

    /** Ends an episode in which the full buffer lost faults. @return how many, the first of them put into a packet */
    synchronized long takeOverflow(FaultPacket into) {
        return buffer.takeOverflow(into);
    }

    /** Takes a fault out of the buffer. @return whether there was one */
    synchronized boolean take(FaultPacket into) {
        raised = false;
        ResidentBlock block = buffer.take();
        if (block != null) {
            takenSinceReplay = true;
            into.set(block.grid().space().id(), block.faultAddress(), block.faultIntent());
            return true;
        }
        if (!takenSinceReplay) {
            // Only faults of ended launches were left: nobody will replay those that the full buffer lost.
            unpark();
        }
        return false;
    }

    /** Makes blocks ready whose faults left the buffer, or never got in. */
    synchronized void replay() {
        takenSinceReplay = false;
        unpark();
    }

    /**
     * Fails the launches whose fault at an address cannot be served. Several blocks may wait for the page with
     * different intents; the host refused the strongest, the others fault again if theirs is refused too.
     */
    synchronized void cancel(AttachedSpace space, long page, Errno errno) {
        var refused = new ArrayList<ResidentBlock>();
        parked.forEach(block -> {
            if (block.faultedAt(space, page, buffer.taken())) {
                refused.add(block);
            }
        });
        Intent strongest = refused.stream()
                .map(ResidentBlock::faultIntent)
                .max(Comparator.naturalOrder())
                .orElse(Intent.READ);
        var causes = new LinkedHashMap<Grid, String>();
        for (ResidentBlock block : refused) {
            if (block.faultIntent() == strongest) {
                causes.putIfAbsent(block.grid(), FailureText.access(block, errno));
            }
        }
        causes.forEach((grid, why) -> fail(grid, errno, why));
    }

    /** Fails all launches of a space. */
    synchronized void detach(AttachedSpace space) {
        space.detach();
        List.copyOf(live).stream()
                .filter(grid -> grid.space() == space)
                .forEach(grid -> fail(grid, Errno.EBADF, FailureText.cut(grid, "the space was closed")));
    }

    /** Fails all launches, and each that still comes. */
    synchronized void close() {
        closed = true;
        List.copyOf(live).forEach(grid -> fail(grid, Errno.ENODEV, FailureText.cut(grid, "the device went away")));
    }

    boolean closed() {
        return closed;
    }

    /** {@return whether the host is to be told of faults; true once each time} */
    synchronized boolean takeRaise() {
        boolean now = mustRaise && !closed;
        mustRaise = false;
        return now;
    }

    /** {@return a launch that ended and whose host is to be told, or null} */
    synchronized @Nullable Grid pollEnded() {
        return ended.poll();
    }

    /**
     * {@return the idle workers that there is work for}
     *
     * @param spared blocks that the calling worker takes itself
     */
    synchronized long takeIdle(int spared) {
        if (idle == 0) {
            return 0;
        }
        int resumable = canResume() ? served.size() : 0;
        int startable = waiting.isEmpty() ? 0 : free.size();
        int work = ready.size() + resumable + startable + (shouldRaise() ? 1 : 0) - spared;
        long woken = 0;
        for (; work > 0 && idle != 0; work--) {
            woken |= Long.lowestOneBit(idle);
            idle &= idle - 1;
        }
        return woken;
    }

    /** {@return all idle workers} */
    synchronized long takeAllIdle() {
        long woken = idle;
        idle = 0;
        return woken;
    }

    private boolean shouldRaise() {
        if (raised || buffer.isEmpty()) {
            return false;
        }
        if (buffer.size() >= raiseAt) {
            return true;
        }
        if (canStart()) {
            return false;
        }
        return ready.isEmpty() ? running == 0 && served.isEmpty() : ready.polled() >= rotation;
    }

    private boolean canStart() {
        return !waiting.isEmpty() && !free.isEmpty();
    }

    private boolean startsFirst() {
        Grid next = waiting.peek();
        return ready.isEmpty() || !buffer.isEmpty() || (next != null && next.idle());
    }

    private @Nullable ResidentBlock pick() {
        return canStart() && startsFirst() ? start() : ready.poll();
    }

    private @Nullable ResidentBlock start() {
        ResidentBlock block = free.poll();
        Grid grid = waiting.poll();
        if (block != null && grid != null) {
            block.become(grid, grid.start());
            if (!grid.allStarted()) {
                waiting.add(grid);
            }
        }
        return block;
    }

    private void unpark() {
        long taken = buffer.taken();
        long nowNs = nowNs();
        for (int left = parked.size(); left > 0; left--) {
            ResidentBlock block = parked.poll();
            if (block != null && block.replayable(taken)) {
                block.unpark(nowNs);
                served.add(block);
            } else if (block != null) {
                parked.add(block);
            }
        }
    }

    /** Makes blocks ready whose faults were served by now. */
    private void resume() {
        while (canResume()) {
            ResidentBlock block = served.poll();
            if (block != null) {
                ready.add(block);
                rotation = ready.added();
            }
        }
    }

    private boolean canResume() {
        ResidentBlock first = served.peek();
        return first != null && first.notBeforeNs() <= nowNs();
    }

    private long nowNs() {
        return clock.virtual() ? clock.nowNs() : 0;
    }

    private void fail(Grid grid, Errno errno, String why) {
        if (!grid.fail(errno, why)) {
            return;
        }
        waiting.remove(grid);
        ready.take(block -> block.of(grid), this::release);
        parked.take(block -> block.of(grid), this::release);
        served.take(block -> block.of(grid), this::release);
        rotation = ready.added();
        endIfOver(grid);
    }

    private void release(ResidentBlock block) {
        Grid grid = block.grid();
        block.clear();
        free.add(block);
        grid.leave();
        endIfOver(grid);
    }

    private void endIfOver(Grid grid) {
        if (grid.endsNow()) {
            live.remove(grid);
            ended.add(grid);
        }
    }
}
