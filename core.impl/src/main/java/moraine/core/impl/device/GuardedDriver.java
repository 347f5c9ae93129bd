package moraine.core.impl.device;

import java.util.concurrent.atomic.AtomicInteger;
import moraine.core.api.driver.Completion;
import moraine.core.api.driver.CopyBatch;
import moraine.core.api.driver.CounterSink;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.driver.FaultSink;
import moraine.core.api.driver.Kernel;
import moraine.core.api.model.DeviceCapabilities;
import moraine.core.api.model.Errno;
import moraine.core.impl.host.Fault;
import moraine.core.impl.host.Guard;
import moraine.core.impl.host.Slot;
import org.jspecify.annotations.Nullable;

/**
 * A driver as the host and the rooms call it: what it throws is counted and goes no further, and once it has ended the
 * host does without it. The plug-in's object is referenced from here alone.
 */
final class GuardedDriver implements DeviceDriver {
    private final String name;
    private final DeviceCapabilities capabilities;
    private final long memoryBytes;
    private final Guard guard;
    private final Slot slot = new Slot();
    private final AtomicInteger elsewhere = new AtomicInteger();
    private volatile @Nullable DeviceDriver target;

    /** @param capabilities what the driver answered when it was asked once */
    GuardedDriver(String name, DeviceDriver target, DeviceCapabilities capabilities, long memoryBytes, Guard guard) {
        this.name = name;
        this.target = target;
        this.capabilities = capabilities;
        this.memoryBytes = memoryBytes;
        this.guard = guard;
    }

    /** {@return the mark of calls that are made by the device's host actor} */
    Slot slot() {
        return slot;
    }

    /** {@return whether no call is inside the driver} */
    boolean drained() {
        return elsewhere.get() == 0 && slot.outside();
    }

    /** Lets no further call begin, and forgets the plug-in's object. */
    void forget() {
        target = null;
    }

    private @Nullable DeviceDriver begin(String callback) {
        DeviceDriver driver = beginPoll(callback);
        if (driver != null) {
            guard.call();
        }
        return driver;
    }

    /** Begins a call that only asks for news: an idle device is asked so often that it would wash all failures out. */
    private @Nullable DeviceDriver beginPoll(String callback) {
        DeviceDriver driver = target;
        if (driver != null) {
            slot.enter(callback);
        }
        return driver;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public DeviceCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public long memoryBytes() {
        return memoryBytes;
    }

    @Override
    public void attach(int space) {
        DeviceDriver driver = begin("attach");
        if (driver != null) {
            run("attach", () -> driver.attach(space));
        }
    }

    @Override
    public void detach(int space) {
        DeviceDriver driver = begin("detach");
        if (driver != null) {
            run("detach", () -> driver.detach(space));
        }
    }

    /** Runs a callback that {@link #begin} has announced. @return what it threw, or null */
    private @Nullable Fault run(String callback, Runnable call) {
        try {
            call.run();
            return null;
        } catch (Throwable thrown) {
            return fault(callback, thrown);
        } finally {
            slot.exit();
        }
    }

    private Fault fault(String callback, Throwable thrown) {
        Fault fault = Fault.thrown(callback, thrown);
        guard.thrown(fault);
        return fault;
    }

    /** Any thread: not marked in the slot, only counted. */
    @Override
    public void invalidate(int space, long start, long end) {
        elsewhere.incrementAndGet();
        try {
            DeviceDriver driver = target;
            if (driver != null) {
                driver.invalidate(space, start, end);
            }
        } catch (Throwable thrown) {
            fault("invalidate", thrown);
        } finally {
            elsewhere.decrementAndGet();
        }
    }

    /** Any thread. A driver that throws may have copied in part; the host then copies all of it again. */
    @Override
    public void copy(CopyBatch batch) {
        elsewhere.incrementAndGet();
        try {
            DeviceDriver driver = target;
            if (driver == null) {
                batch.moveAll();
            } else {
                copy(driver, batch);
            }
        } finally {
            elsewhere.decrementAndGet();
        }
    }

    private void copy(DeviceDriver driver, CopyBatch batch) {
        try {
            driver.copy(batch);
        } catch (Throwable thrown) {
            fault("copy", thrown);
            batch.moveAll();
        }
    }

    @Override
    public void launch(int space, Kernel kernel, Completion completion) {
        DeviceDriver driver = begin("launch");
        if (driver == null) {
            completion.failed(Errno.ENODEV, "device " + name + " is gone");
            return;
        }
        Fault fault = run("launch", () -> driver.launch(space, kernel, completion));
        if (fault != null) {
            completion.failed(Errno.EIO, "device " + name + ": " + fault.reason());
        }
    }

    @Override
    public int drainFaults(FaultSink sink) {
        DeviceDriver driver = beginPoll("drainFaults");
        if (driver == null) {
            return 0;
        }
        try {
            int faults = driver.drainFaults(sink);
            if (faults > 0) {
                guard.call();
            }
            return faults;
        } catch (Throwable thrown) {
            fault("drainFaults", thrown);
            return 0;
        } finally {
            slot.exit();
        }
    }

    @Override
    public void replay() {
        DeviceDriver driver = begin("replay");
        if (driver == null) {
            return;
        }
        try {
            driver.replay();
        } catch (Throwable thrown) {
            fault("replay", thrown);
        } finally {
            slot.exit();
        }
    }

    @Override
    public void cancel(int space, long address, Errno errno) {
        DeviceDriver driver = begin("cancel");
        if (driver != null) {
            run("cancel", () -> driver.cancel(space, address, errno));
        }
    }

    @Override
    public void drainCounters(CounterSink sink) {
        DeviceDriver driver = beginPoll("drainCounters");
        if (driver != null) {
            run("drainCounters", () -> driver.drainCounters(sink));
        }
    }

    @Override
    public void close() {
        DeviceDriver driver = begin("close");
        if (driver != null) {
            run("close", driver::close);
        }
    }
}
