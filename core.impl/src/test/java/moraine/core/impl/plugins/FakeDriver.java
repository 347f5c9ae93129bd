package moraine.core.impl.plugins;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Completion;
import moraine.core.api.driver.CounterSink;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.driver.DriverProvider;
import moraine.core.api.driver.FaultSink;
import moraine.core.api.driver.Kernel;
import moraine.core.api.driver.PageFault;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.host.DriverContext;
import moraine.core.api.model.DeviceCapabilities;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Verdict;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Step;
import org.jspecify.annotations.Nullable;

/** A device with one processor: runs one block after another, waits at a fault until it is replayed. */
public final class FakeDriver implements DeviceDriver {
    /** Makes such devices; a test may break them. */
    public static final class Provider implements DriverProvider {
        public volatile Verdict verdict = Verdict.YES;
        public volatile long memoryBytes = Shapes.DEVICE_BYTES;
        public volatile boolean coherent = true;
        public volatile Runnable creating = () -> {};
        public volatile Runnable launching = () -> {};
        public volatile Runnable closing = () -> {};
        public final List<FakeDriver> made = new CopyOnWriteArrayList<>();

        @Override
        public Verdict check(DeviceSpec device) {
            return verdict;
        }

        @Override
        public DeviceDriver create(DriverContext context, DeviceSpec device) {
            creating.run();
            var driver = new FakeDriver(this, context);
            made.add(driver);
            return driver;
        }

        public FakeDriver last() {
            return made.getLast();
        }
    }

    private record Fault(int space, long address, Intent intent) {}

    private static final class Running {
        final int space;
        final Kernel kernel;
        final Completion completion;
        int next;

        @Nullable
        Block block;

        @Nullable
        DeviceAccess access;

        Running(int space, Kernel kernel, Completion completion) {
            this.space = space;
            this.kernel = kernel;
            this.completion = completion;
        }
    }

    public final DriverContext context;
    public final List<String> calls = new CopyOnWriteArrayList<>();
    public final AtomicInteger copies = new AtomicInteger();
    private final Provider from;
    private final Actor processor;
    private final Deque<Running> queue = new ArrayDeque<>();
    private final List<Fault> faults = new ArrayList<>();
    private boolean parked;
    private @Nullable Errno cancelled;

    private FakeDriver(Provider from, DriverContext context) {
        this.from = from;
        this.context = context;
        this.processor = context.actors().start("sm", context.node(), _ -> step());
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public DeviceCapabilities capabilities() {
        return new DeviceCapabilities(from.coherent, true, true, false, 1, "fake");
    }

    @Override
    public long memoryBytes() {
        return from.memoryBytes;
    }

    @Override
    public void attach(int space) {
        calls.add("attach " + space);
    }

    @Override
    public void detach(int space) {
        calls.add("detach " + space);
        List<Running> its = new ArrayList<>();
        synchronized (queue) {
            queue.removeIf(running -> running.space == space && its.add(running));
            parked = false;
        }
        its.forEach(running -> running.completion.failed(Errno.EBADF, "space " + space + " was detached"));
    }

    @Override
    public void launch(int space, Kernel kernel, Completion completion) {
        from.launching.run();
        synchronized (queue) {
            queue.addLast(new Running(space, kernel, completion));
        }
        processor.wake();
    }

    private Step.Progress step() {
        Running running;
        Errno errno;
        synchronized (queue) {
            if (parked || queue.isEmpty()) {
                return Step.Progress.IDLE;
            }
            running = queue.getFirst();
            errno = cancelled;
            cancelled = null;
        }
        if (errno != null) {
            end(running, errno, "an access cannot be completed");
        } else {
            run(running);
        }
        return Step.Progress.MORE;
    }

    private void run(Running running) {
        try {
            if (running.access == null) {
                running.access = context.access(running.space, (address, intent) -> fault(running, address, intent));
            }
            if (running.block == null && running.next == running.kernel.blocks()) {
                end(running, Errno.OK, "");
                return;
            }
            if (running.block == null) {
                running.block = running.kernel.block(running.next++);
            }
            if (!running.block.step(running.access)) {
                running.block = null;
            }
        } catch (PageFault fault) {
            context.raiseFaults();
        } catch (MoraineException e) {
            end(running, e.errno(), String.valueOf(e.getMessage()));
        }
    }

    private void fault(Running running, long address, Intent intent) {
        synchronized (queue) {
            parked = true;
            faults.add(new Fault(running.space, address, intent));
        }
    }

    private void end(Running running, Errno errno, String message) {
        synchronized (queue) {
            if (!queue.remove(running)) {
                return;
            }
        }
        if (running.access != null) {
            running.access.close();
        }
        if (errno == Errno.OK) {
            running.completion.done();
        } else {
            running.completion.failed(errno, message);
        }
    }

    @Override
    public int drainFaults(FaultSink sink) {
        List<Fault> taken;
        synchronized (queue) {
            taken = List.copyOf(faults);
            faults.clear();
        }
        taken.forEach(fault -> sink.fault(fault.space, fault.address, fault.intent));
        return taken.size();
    }

    @Override
    public void replay() {
        synchronized (queue) {
            parked = false;
        }
        processor.wake();
    }

    @Override
    public void cancel(int space, long address, Errno errno) {
        synchronized (queue) {
            cancelled = errno;
            parked = false;
        }
        processor.wake();
    }

    @Override
    public void drainCounters(CounterSink sink) {
        sink.count(1, 0x200000, 0x200000, 77);
    }

    @Override
    public void close() {
        calls.add("close");
        from.closing.run();
    }
}
