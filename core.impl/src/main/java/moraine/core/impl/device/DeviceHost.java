package moraine.core.impl.device;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import moraine.core.api.driver.DriverProvider;
import moraine.core.api.driver.FaultHandler;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Device;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.host.Mappable;
import moraine.core.api.host.Stream;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Event;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.LostPage;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.MoraineException;
import moraine.core.api.time.Environment;
import moraine.core.impl.host.Fault;
import moraine.core.impl.host.HostBase;
import moraine.core.impl.host.Offer;
import moraine.core.impl.host.PolicyCalls;
import org.jspecify.annotations.Nullable;

/** A device of a machine while it is there: driver, host actor, streams, launches. */
final class DeviceHost implements Device, DriverContextImpl.Upcalls, DeviceActor.Work {
    /** What a device needs of the machine. */
    interface Home {
        HostBase base();

        /** Throws EBADF once the machine is closed. */
        void open();

        /** {@return whether the space is one of this machine's} */
        boolean owns(AddressSpace space);

        /** Queues the removal of a device whose driver went too far. */
        void fail(DeviceHost device, Fault fault);
    }

    private static final int EVACUATED_AT_ONCE = 4096;

    private final DeviceSpec spec;
    private final Home home;
    private final DriverInstance driver;
    private final DeviceActor actor;
    private final CounterSample sample;
    private final LongAdder launches;
    private final Set<Integer> attached = ConcurrentHashMap.newKeySet();
    /** Spaces that were ended; their numbers are not used again. */
    private final Set<Integer> killed = ConcurrentHashMap.newKeySet();

    private final List<StreamImpl> streams = new CopyOnWriteArrayList<>();
    private volatile @Nullable DeviceRoom room;
    private volatile @Nullable PolicyCalls calls;
    private volatile boolean gone;

    DeviceHost(DeviceSpec spec, Offer<DriverProvider> offer, Home home, DriverInstance.Lend lend) {
        this.spec = spec;
        this.home = home;
        this.sample = new CounterSample(spec.node());
        this.launches = home.base()
                .counters()
                .counter("device." + spec.name() + ".launches", "kernels", "Kernels given to " + spec.name());
        this.actor = new DeviceActor(home.base().environment(), "moraine-" + spec.name(), spec.node(), this);
        this.driver = new DriverInstance(spec, offer, home.base(), lend, actor, this);
    }

    DeviceSpec spec() {
        return spec;
    }

    DriverInstance driver() {
        return driver;
    }

    boolean isOf(Offer<DriverProvider> other) {
        return driver.isOf(other);
    }

    /** Takes what the rooms do for the device; from now on it can be used. */
    void open(DeviceRoom itsRoom, PolicyCalls toPolicy) {
        calls = toPolicy;
        room = itsRoom;
    }

    private DeviceRoom room() {
        DeviceRoom mine = room;
        if (mine == null || gone) {
            throw MoraineException.caller(
                    Errno.ENODEV, "device " + spec.name() + " is gone or not ready; install its driver");
        }
        return mine;
    }

    @Override
    public DeviceInfo info() {
        home.open();
        return infoNow();
    }

    DeviceInfo infoNow() {
        return new DeviceInfo(spec.name(), driver.bundle(), spec.node(), driver.capabilities(), driver.pages());
    }

    void usable() {
        home.open();
        room();
    }

    @Override
    public Stream stream(AddressSpace space) {
        attached(space);
        return new StreamImpl(this, space.id(), home.base().environment().actors());
    }

    @Override
    public MigrationReport exclusive(AddressSpace space, long address, long bytes) {
        return attached(space).exclusive(space.id(), address, bytes);
    }

    @Override
    public byte[] snapshot(AddressSpace space, long address, long bytes) {
        DeviceRange.check(address, bytes);
        return attached(space).snapshot(space.id(), address, bytes);
    }

    @Override
    public MigrationReport migrateToDevice(AddressSpace space, long address, long bytes) {
        DeviceRange.check(address, bytes);
        return attached(space).toDevice(space.id(), address, bytes, driver.bundle());
    }

    @Override
    public MigrationReport migrateToSystem(AddressSpace space, long address, long bytes) {
        DeviceRange.check(address, bytes);
        return attached(space).toSystem(space.id(), address, bytes, driver.bundle());
    }

    @Override
    public long evict() {
        usable();
        return room().evict();
    }

    /** {@return the rooms' side, with a table for the space} */
    private DeviceRoom attached(AddressSpace space) {
        usable();
        if (!home.owns(space)) {
            throw MoraineException.caller(
                    Errno.EBADF,
                    "space " + space.name() + " is closed, or not of the machine of device " + spec.name()
                            + "; open one on that machine");
        }
        attach(space.id());
        return room();
    }

    @Override
    public Mappable buffer(long bytes) {
        home.open();
        return room().buffer(bytes);
    }

    private void attach(int space) {
        if (attached.contains(space)) {
            return;
        }
        var refused = new Refusal();
        boolean ran = actor.execute(() -> refused.run(() -> attachNow(space)), driver.lifecycleNs());
        if (!ran) {
            throw MoraineException.caller(
                    Errno.EBUSY, "device " + spec.name() + " did not attach space " + space + " in time; try again");
        }
        refused.rethrow();
    }

    private void attachNow(int space) {
        if (!attached.contains(space)) {
            room().attach(space);
            driver.guarded().attach(space);
            attached.add(space);
        }
    }

    /** Carries a refusal in Moraine's words from one thread to another. */
    private static final class Refusal {
        private volatile @Nullable MoraineException refusal;

        void run(Runnable task) {
            try {
                task.run();
            } catch (MoraineException e) {
                refusal = e;
            }
        }

        void rethrow() {
            MoraineException e = refusal;
            if (e != null) {
                throw new MoraineException(e.errno(), e.blame(), String.valueOf(e.getMessage()));
            }
        }
    }

    void noteStream(StreamImpl stream) {
        streams.removeIf(other -> other != stream && other.isEmpty());
        if (!streams.contains(stream)) {
            streams.add(stream);
        }
    }

    /** Hands a launch to the driver, on the device's actor. */
    void dispatch(LaunchImpl launch) {
        actor.post(() -> dispatchNow(launch));
    }

    private void dispatchNow(LaunchImpl launch) {
        Kernel kernel = launch.kernel();
        if (kernel == null) {
            return;
        }
        int space = launch.stream().space();
        if (gone) {
            launch.end(Errno.ENODEV, "device " + spec.name() + " is gone; launch it on another");
        } else if (!attached.contains(space)) {
            launch.end(end(space), words(space));
        } else {
            launches.increment();
            driver.guarded().launch(space, kernel, launch.completion(driver::misused));
        }
    }

    /** The space's DeviceTables are closed: ends launches on it, then the driver's side. */
    void spaceClosed(int space, Errno why) {
        if (why == Errno.SIGKILL) {
            killed.add(space);
        }
        if (!attached.contains(space)) {
            return;
        }
        List<StreamImpl> its = streams.stream().filter(s -> s.space() == space).toList();
        its.forEach(stream -> stream.failQueued(why, words(space)));
        actor.execute(
                () -> {
                    attached.remove(space);
                    driver.guarded().detach(space);
                },
                driver.lifecycleNs());
        its.forEach(stream -> stream.failAll(why, words(space)));
    }

    /** {@return how launches on a space end that is closed} */
    Errno end(int space) {
        return killed.contains(space) ? Errno.SIGKILL : Errno.EBADF;
    }

    /** {@return why a launch ended: what the driver says, and of a lack of memory what the driver cannot know} */
    String said(Errno errno, String message) {
        DeviceRoom mine = room;
        return errno == Errno.ENOMEM && mine != null ? message + "; " + mine.lack() : message;
    }

    private String words(int space) {
        return "space " + space
                + (killed.contains(space) ? " was ended, for the memory that it is bound to was full" : " was closed");
    }

    @Override
    public DeviceAccess access(int space, FaultHandler faults) {
        return room().access(space, faults);
    }

    @Override
    public void raiseFaults() {
        actor.raiseFaults();
    }

    @Override
    public void raiseCounters() {
        actor.raiseCounters();
    }

    @Override
    public void overflowed(int space, long address, long faults) {
        home.base().events().record(Event.Kind.FAULT_BUFFER_OVERFLOW, spec.node(), space, address, faults, null);
    }

    @Override
    public void stepsEnded(long steps) {
        DeviceRoom mine = room;
        if (mine != null) {
            mine.stepsEnded(steps);
        }
    }

    @Override
    public boolean serveFaults() {
        DeviceRoom mine = room;
        if (mine == null || gone) {
            return false;
        }
        try {
            return mine.serve();
        } catch (RuntimeException e) {
            home.fail(this, Fault.thrown("serve", e));
            return false;
        }
    }

    @Override
    public void serveCounters() {
        PolicyCalls toPolicy = calls;
        if (toPolicy == null || gone) {
            return;
        }
        sample.clear();
        driver.guarded().drainCounters(sample);
        if (sample.size() > 0) {
            toPolicy.accessSample(sample);
        }
    }

    /**
     * Takes the device out of use: launches fail, its tables are closed, its driver ends. Pages stay where they are.
     *
     * @param errno how launches fail
     */
    ExitRecord end(Fault why, Errno errno) {
        gone = true;
        String text = "device " + spec.name() + ": " + why.reason();
        streams.forEach(stream -> stream.failAll(errno, text));
        DeviceRoom mine = room;
        if (mine != null) {
            mine.revoke();
        }
        ExitRecord exit = driver.end(why);
        if (mine != null) {
            mine.close();
        }
        streams.forEach(stream -> stream.failAll(errno, text));
        PolicyCalls toPolicy = calls;
        if (toPolicy != null) {
            toPolicy.close();
        }
        return exit;
    }

    /**
     * Brings pages home, for at most so long; waits for those that somebody else is moving. In virtual time nobody else
     * is, so it ends when it gets nowhere.
     *
     * @return whether none is left
     */
    boolean evacuate(long deadlineNs) {
        DeviceRoom mine = room;
        if (mine == null) {
            return true;
        }
        Environment environment = home.base().environment();
        long endNs = environment.clock().nowNs() + deadlineNs;
        long before = Long.MAX_VALUE;
        int idle = 0;
        for (long left = mine.residentPages(); left > 0; left = mine.residentPages()) {
            idle = left < before ? 0 : idle + 1;
            if (environment.clock().nowNs() > endNs
                    || idle > 0 && environment.clock().virtual()) {
                return false;
            }
            if (idle > 0) {
                environment.actors().pause(idle);
            }
            before = left;
            mine.evacuate(EVACUATED_AT_ONCE);
        }
        return true;
    }

    /** Takes its memory off the machine unless a page of it is in use. @return whether it is off */
    boolean removeMemory() {
        DeviceRoom mine = room;
        return mine == null || mine.removeMemory();
    }

    List<LostPage> lostPages() {
        DeviceRoom mine = room;
        return mine == null ? List.of() : mine.lostPages(spec.name());
    }

    long residentPages() {
        DeviceRoom mine = room;
        return mine == null ? 0 : mine.residentPages();
    }
}
