package moraine.core.impl.device;

import java.util.Objects;
import java.util.function.Consumer;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.driver.DriverProvider;
import moraine.core.api.model.Blame;
import moraine.core.api.model.DeviceCapabilities;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.Errno;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Verdict;
import moraine.core.impl.host.Fault;
import moraine.core.impl.host.Guard;
import moraine.core.impl.host.HostBase;
import moraine.core.impl.host.HostCounters;
import moraine.core.impl.host.Offer;
import moraine.core.impl.host.Waits;
import moraine.core.impl.host.Watchdog;
import org.jspecify.annotations.Nullable;

/** The driver of one device, from check to exit. */
final class DriverInstance {
    /**
     * What watches and counts.
     *
     * @param fail queues the removal of the device
     */
    record Lend(HostCounters counters, Watchdog watchdog, Consumer<Fault> fail) {}

    private final DeviceSpec spec;
    private final HostBase base;
    private final HostCounters counters;
    private final Watchdog watchdog;
    private final DeviceActor actor;
    private final Guard guard;
    private final OwnedActors actors;
    private final DriverContextImpl context;
    private final String bundle;
    private final long startNs;
    private volatile @Nullable Offer<DriverProvider> offer;
    private volatile @Nullable GuardedDriver guarded;
    private volatile DeviceCapabilities capabilities = new DeviceCapabilities(false, false, false, false, 0, "");
    private volatile long pages;

    DriverInstance(
            DeviceSpec spec,
            Offer<DriverProvider> offer,
            HostBase base,
            Lend lend,
            DeviceActor actor,
            DriverContextImpl.Upcalls upcalls) {
        this.spec = spec;
        this.offer = offer;
        this.bundle = offer.bundle();
        this.base = base;
        this.counters = lend.counters();
        this.watchdog = lend.watchdog();
        this.actor = actor;
        this.guard = new Guard(base.limits(), counters, lend.fail());
        this.actors = new OwnedActors(base.environment(), spec.name(), guard);
        this.context = new DriverContextImpl(spec, base, actors, upcalls);
        this.startNs = base.environment().clock().nowNs();
    }

    String bundle() {
        return bundle;
    }

    boolean isOf(Offer<DriverProvider> other) {
        return offer == other;
    }

    DeviceCapabilities capabilities() {
        return capabilities;
    }

    /** {@return pages of memory the device brings} */
    long pages() {
        return pages;
    }

    long lifecycleNs() {
        return base.limits().lifecycleNs();
    }

    GuardedDriver guarded() {
        GuardedDriver driver = guarded;
        if (driver == null) {
            throw MoraineException.caller(Errno.ENODEV, "device " + spec.name() + " has no driver");
        }
        return driver;
    }

    /** A completion was used twice. */
    void misused() {
        guard.illegal("launch", "device " + spec.name() + " completed a launch twice", 1);
    }

    private static final class Answer {
        volatile @Nullable String refusal;
        volatile @Nullable Fault fault;
    }

    /**
     * Makes the driver and asks it for what is asked once.
     *
     * @return what it did wrong, so that the device is absent; null when it is ready
     * @throws MoraineException EOPNOTSUPP when the provider says that it cannot drive the device
     */
    @Nullable
    Fault probe() {
        var answer = new Answer();
        if (!actor.execute(() -> probe(answer), lifecycleNs())) {
            return new Fault(
                    ExitRecord.STALL,
                    "create",
                    "create() did not return within " + lifecycleNs() / 1_000_000 + " ms",
                    "");
        }
        String refusal = answer.refusal;
        if (refusal != null) {
            throw new MoraineException(
                    Errno.EOPNOTSUPP,
                    Blame.PLUGIN,
                    "device " + spec.name() + ": driver " + spec.driver() + " refuses it: " + refusal);
        }
        return answer.fault;
    }

    private void probe(Answer answer) {
        String callback = "check";
        try {
            DriverProvider provider = Objects.requireNonNull(offer).provider();
            Verdict verdict = provider.check(spec);
            if (!verdict.accepted()) {
                answer.refusal = verdict.reason();
                return;
            }
            callback = "create";
            DeviceDriver driver = Objects.requireNonNull(provider.create(context, spec), "create() answered null");
            callback = "capabilities";
            capabilities = Objects.requireNonNull(driver.capabilities(), "capabilities() answered null");
            callback = "memoryBytes";
            pages = pages(driver.memoryBytes());
            var made = new GuardedDriver(spec.name(), driver, capabilities, pages << Pages.SHIFT, guard);
            watchdog.watch(made.slot(), ns -> stalled(made, ns));
            guarded = made;
        } catch (Throwable thrown) {
            answer.fault = Fault.thrown(callback, thrown);
        }
    }

    private long pages(long bytes) {
        if (bytes < 0 || !Pages.aligned(bytes)) {
            throw new MoraineException(
                    Errno.EINVAL,
                    Blame.PLUGIN,
                    "memoryBytes() is " + bytes + ", which is no whole number of pages of " + Pages.SIZE);
        }
        return bytes >>> Pages.SHIFT;
    }

    /** Brings less than the driver offers. */
    void limit(long capacityPages) {
        pages = Math.min(pages, capacityPages);
    }

    private void stalled(GuardedDriver driver, long ns) {
        String in = driver.slot().callback();
        String stack = driver.slot().interrupt();
        guard.stalled(
                new Fault(ExitRecord.STALL, in, in + "() did not return within " + ns / 1_000_000 + " ms", stack));
    }

    /** Closes the driver, revokes its context, joins its actors; nothing of it is kept. */
    ExitRecord end(Fault why) {
        long drainNs = base.limits().drainNs();
        GuardedDriver driver = guarded;
        if (driver != null) {
            actor.execute(driver::close, why.orderly() ? lifecycleNs() : drainNs);
            driver.forget();
            Waits.until(base.environment(), driver::drained, drainNs);
            watchdog.forget(driver.slot());
        }
        context.revoke();
        long left = actors.end(drainNs);
        if (!actor.end(drainNs)) {
            left++;
            if (driver != null) {
                driver.slot().interrupt();
            }
        }
        counters.abandoned(left);
        offer = null;
        long uptimeNs = base.environment().clock().nowNs() - startNs;
        String held = left == 0 ? "" : "; " + left + " threads did not return, its classes stay loaded";
        String instance = spec.driver() + spec.parameters() + " of " + spec.name();
        return new ExitRecord(instance, bundle, why.kind(), why.reason() + held, why.callback(), why.stack(), uptimeNs);
    }
}
