package moraine.driver.gpu;

import java.util.concurrent.ConcurrentSkipListMap;
import moraine.core.api.driver.Completion;
import moraine.core.api.driver.CopyBatch;
import moraine.core.api.driver.CounterSink;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.driver.FaultSink;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.DriverContext;
import moraine.core.api.model.DeviceCapabilities;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Meter;

/**
 * A GPU in software. It keeps no translations of its own: workers reach memory through accesses of the host, so that an
 * invalidation needs nothing from it.
 */
final class GpuDriver implements DeviceDriver {
    private final DriverContext context;
    private final String device;
    private final long memoryBytes;
    private final GpuSettings settings;
    private final Upcalls upcalls;
    private final Scheduler scheduler;
    private final Crew crew;
    private final CopyEngines engines;

    /** In the order of their ids, so that counters are reported in one order. */
    private final ConcurrentSkipListMap<Integer, AttachedSpace> spaces = new ConcurrentSkipListMap<>();

    /** The fault on its way to the host; faults are drained by one actor at a time. */
    private final FaultPacket packet = new FaultPacket();

    private GpuDriver(DriverContext context, GpuSettings settings) {
        this.context = context;
        this.settings = settings;
        device = context.device();
        memoryBytes = memoryBytes(context, settings);
        upcalls = new Upcalls(context);
        scheduler = new Scheduler(settings, context.clock());
        crew = new Crew(scheduler, upcalls, settings.workers());
        engines = new CopyEngines(settings.copyEngines(), context.node(), context.actors(), upcalls);
    }

    /** {@return a driver whose workers wait for a launch} */
    static GpuDriver start(DriverContext context, GpuSettings settings) {
        var driver = new GpuDriver(context, settings);
        driver.crew.start(context, settings.faulting());
        driver.engines.start(context);
        return driver;
    }

    private static long memoryBytes(DriverContext context, GpuSettings settings) {
        if (settings.sizeBytes() != GpuSettings.SIZE_OF_NODE) {
            return settings.sizeBytes();
        }
        NodeSpec node = context.view()
                .profile()
                .node(context.node())
                .orElseThrow(() -> MoraineException.caller(
                        Errno.EINVAL,
                        "device " + context.device() + ": the profile has no node " + context.node()
                                + "; add it or set size"));
        return Pages.floor(ByteSize.of(node.bytes()));
    }

    @Override
    public String name() {
        return device;
    }

    @Override
    public DeviceCapabilities capabilities() {
        String owner = settings.owner().isEmpty() ? device : settings.owner();
        return new DeviceCapabilities(
                settings.coherent(),
                settings.faulting(),
                /* atomics= */ true,
                /* peerCopy= */ true,
                settings.copyEngines(),
                owner);
    }

    @Override
    public long memoryBytes() {
        return memoryBytes;
    }

    @Override
    public void attach(int space) {
        var counters = new AccessCounters(space, settings.regionBytes(), settings.counterThreshold());
        spaces.put(space, new AttachedSpace(space, counters, settings.workers()));
    }

    @Override
    public void detach(int space) {
        AttachedSpace attached = spaces.remove(space);
        if (attached != null) {
            scheduler.detach(attached);
            crew.dismiss();
            crew.settle(0);
        }
    }

    @Override
    public void copy(CopyBatch batch) {
        engines.copy(batch);
    }

    @Override
    public void launch(int space, Kernel kernel, Completion completion) {
        AttachedSpace attached = spaces.get(space);
        if (attached == null) {
            completion.failed(Errno.EBADF, "space " + space + " is not attached to device " + device);
            return;
        }
        Grid grid;
        try {
            grid = Grid.of(kernel, attached, completion);
        } catch (RuntimeException refusal) {
            completion.failed(Errno.EINVAL, "device " + device + " cannot launch the kernel: " + refusal);
            return;
        }
        Meter meter = context.meter();
        if (meter != null) {
            meter.charge(Cost.LAUNCH, context.node(), context.node(), context.node(), 1);
        }
        scheduler.add(grid);
        crew.settle(0);
    }

    @Override
    public int drainFaults(FaultSink sink) {
        long lost = scheduler.takeOverflow(packet);
        if (lost > 0) {
            upcalls.overflowed(packet, lost);
        }
        int drained = 0;
        while (sink.room() > 0 && scheduler.take(packet)) {
            if (packet.pages() > 1) {
                sink.fault(packet.space(), packet.address(), packet.pages(), packet.intent());
            } else {
                sink.fault(packet.space(), packet.address(), packet.intent());
            }
            drained++;
        }
        crew.settle(0);
        return drained;
    }

    @Override
    public void replay() {
        upcalls.count(Tally.REPLAYS, 1);
        upcalls.flush();
        scheduler.replay();
        crew.settle(0);
    }

    @Override
    public void cancel(int space, long address, Errno errno) {
        upcalls.count(Tally.CANCELS, 1);
        AttachedSpace attached = spaces.get(space);
        if (attached != null) {
            scheduler.cancel(attached, Pages.floor(address), errno);
            crew.settle(0);
        }
    }

    @Override
    public void drainCounters(CounterSink sink) {
        for (AttachedSpace attached : spaces.values()) {
            upcalls.count(Tally.REGIONS, attached.counters().drain(sink));
        }
        upcalls.flush();
    }

    @Override
    public void close() {
        upcalls.end();
        scheduler.close();
        engines.close();
        crew.dismiss();
        crew.settle(0);
    }
}
