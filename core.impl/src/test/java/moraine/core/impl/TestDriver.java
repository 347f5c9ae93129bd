package moraine.core.impl;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import moraine.core.api.driver.Completion;
import moraine.core.api.driver.CopyBatch;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.driver.FaultHandler;
import moraine.core.api.driver.FaultSink;
import moraine.core.api.driver.Kernel;
import moraine.core.api.driver.PageFault;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.host.DriverContext;
import moraine.core.api.model.DeviceCapabilities;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Step;
import moraine.core.impl.TestGrid.Resident;
import org.jspecify.annotations.Nullable;

/**
 * The driver of a device that really runs kernels: workers step resident blocks, a block that faults is parked until
 * the next replay, and a fault that finds the buffer full is forgotten, for its block faults again.
 */
public final class TestDriver implements DeviceDriver {
    private final DriverContext context;
    private final Parameters parameters;
    private final int residentLimit;
    private final int faultLimit;
    private final List<Actor> workers = new ArrayList<>();
    private final Deque<TestGrid> waiting = new ArrayDeque<>();
    private final Deque<Resident> ready = new ArrayDeque<>();
    private final List<Resident> parked = new ArrayList<>();
    private final Deque<Resident> faults = new ArrayDeque<>();
    private int residents;
    private boolean closed;

    /** Faults that found the buffer full. */
    public final AtomicLong overflows = new AtomicLong();
    /** Replays that found blocks parked. */
    public final AtomicLong replays = new AtomicLong();
    /** Faults handed to the host. */
    public final AtomicLong drained = new AtomicLong();
    /** Ranges whose translations were taken away. */
    public final AtomicLong invalidations = new AtomicLong();

    /** How it copies, in place of the host. */
    public volatile Consumer<CopyBatch> copying = CopyBatch::moveAll;

    TestDriver(DriverContext context, Parameters parameters) {
        this.context = context;
        this.parameters = parameters;
        this.residentLimit = (int) parameters.number("resident", 64);
        this.faultLimit = (int) parameters.number("faults", 256);
        for (int worker = 0; worker < parameters.number("workers", 2); worker++) {
            workers.add(context.actors().start(context.device() + ".worker" + worker, context.node(), _ -> step()));
        }
    }

    @Override
    public String name() {
        return TestDriverProvider.NAME;
    }

    @Override
    public DeviceCapabilities capabilities() {
        String owner = parameters.text("owner", context.device());
        return new DeviceCapabilities(
                parameters.flag("coherent", false), true, parameters.flag("atomics", true), false, 1, owner);
    }

    @Override
    public long memoryBytes() {
        double node = context.view()
                .profile()
                .node(context.node())
                .orElseThrow()
                .bytes()
                .value();
        return parameters.number("bytes", (long) node);
    }

    DeviceAccess access(int space, FaultHandler handler) {
        return context.access(space, handler);
    }

    void stepEnded() {
        context.stepsEnded(1);
    }

    @Override
    public void launch(int space, Kernel kernel, Completion completion) {
        var grid = new TestGrid(space, kernel, completion);
        if (grid.empty()) {
            grid.done();
            return;
        }
        synchronized (this) {
            waiting.add(grid);
        }
        workers.forEach(Actor::wake);
    }

    private Step.Progress step() {
        Resident block;
        synchronized (this) {
            if (closed) {
                return Step.Progress.DONE;
            }
            block = next();
        }
        if (block == null) {
            return Step.Progress.IDLE;
        }
        try {
            settle(block, block.step(this));
        } catch (PageFault _) {
            park(block);
        } catch (MoraineException e) {
            fail(block, e.errno(), String.valueOf(e.getMessage()));
        } catch (RuntimeException | AssertionError e) {
            fail(block, Errno.EIO, String.valueOf(e));
        }
        return Step.Progress.MORE;
    }

    private @Nullable Resident next() {
        while (residents < residentLimit && !waiting.isEmpty()) {
            Resident fresh = waiting.getFirst().next();
            if (fresh == null) {
                waiting.removeFirst();
            } else {
                residents++;
                ready.addLast(fresh);
            }
        }
        return ready.pollFirst();
    }

    private void settle(Resident block, boolean more) {
        boolean last;
        synchronized (this) {
            if (more && !block.grid.failed()) {
                ready.addLast(block);
                return;
            }
            residents--;
            last = block.grid.ended();
        }
        block.close();
        if (last) {
            block.grid.done();
        }
    }

    private void park(Resident block) {
        boolean dropped;
        synchronized (this) {
            dropped = block.grid.failed();
            if (dropped) {
                residents--;
            } else {
                parked.add(block);
                enqueue(block);
            }
        }
        if (dropped) {
            block.close();
        } else {
            context.raiseFaults();
        }
    }

    private void enqueue(Resident block) {
        block.queued = faults.size() < faultLimit;
        if (block.queued) {
            faults.addLast(block);
        } else {
            overflows.incrementAndGet();
        }
    }

    private void fail(Resident block, Errno errno, String message) {
        block.close();
        synchronized (this) {
            residents--;
        }
        failAll(grid -> grid == block.grid, List.of(block.grid), errno, message);
    }

    /** Ends grids; their blocks are dropped where they wait, and where they run after the step. */
    private void failAll(Predicate<TestGrid> which, List<TestGrid> more, Errno errno, String message) {
        List<TestGrid> ends = new ArrayList<>(more);
        List<Resident> dropped = new ArrayList<>();
        synchronized (this) {
            waiting.stream().filter(which).forEach(ends::add);
            waiting.removeIf(which);
            drop(ready, which, dropped);
            drop(parked, which, dropped);
            faults.removeIf(block -> which.test(block.grid));
            residents -= dropped.size();
            dropped.forEach(block -> ends.add(block.grid));
            ends.removeIf(grid -> !grid.tryFail());
        }
        dropped.forEach(Resident::close);
        ends.forEach(grid -> grid.fail(errno, message));
    }

    private static void drop(Iterable<Resident> blocks, Predicate<TestGrid> which, List<Resident> dropped) {
        for (var all = blocks.iterator(); all.hasNext(); ) {
            Resident block = all.next();
            if (which.test(block.grid)) {
                all.remove();
                dropped.add(block);
            }
        }
    }

    @Override
    public synchronized int drainFaults(FaultSink sink) {
        int count = 0;
        while (sink.room() > 0 && !faults.isEmpty()) {
            Resident block = faults.removeFirst();
            block.queued = false;
            sink.fault(block.grid.space, block.address, block.pages, block.intent);
            count++;
        }
        drained.addAndGet(count);
        return count;
    }

    @Override
    public void replay() {
        synchronized (this) {
            if (!parked.isEmpty()) {
                replays.incrementAndGet();
            }
            parked.stream().filter(block -> !block.queued).forEach(ready::addLast);
            parked.removeIf(block -> !block.queued);
        }
        workers.forEach(Actor::wake);
    }

    @Override
    public void cancel(int space, long address, Errno errno) {
        long page = Pages.floor(address);
        List<TestGrid> hit = new ArrayList<>();
        synchronized (this) {
            for (Resident block : parked) {
                if (block.grid.space == space && block.faultedOn(page)) {
                    hit.add(block.grid);
                }
            }
        }
        failAll(hit::contains, hit, errno, "access at 0x" + Long.toHexString(address) + " cannot be completed");
    }

    @Override
    public void detach(int space) {
        failAll(grid -> grid.space == space, List.of(), Errno.EBADF, "space " + space + " was closed");
    }

    @Override
    public void copy(CopyBatch batch) {
        copying.accept(batch);
    }

    @Override
    public void invalidate(int space, long start, long end) {
        invalidations.incrementAndGet();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        workers.forEach(Actor::stop);
        failAll(_ -> true, List.of(), Errno.ENODEV, context.device() + " is gone");
    }
}
