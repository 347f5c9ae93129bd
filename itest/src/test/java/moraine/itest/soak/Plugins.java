package moraine.itest.soak;

import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import moraine.core.api.daemon.DaemonProvider;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.driver.DriverProvider;
import moraine.core.api.host.Device;
import moraine.core.api.host.DriverContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.Errno;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Verdict;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;

/**
 * The bundles under the machine: exchanges and withdraws policies, takes devices away and brings them back. The first
 * device's driver is the bundle's own service; the second's is one beside it, so that either can go alone.
 */
final class Plugins {
    static final String FIRST_DRIVER = "gpu";
    static final String SECOND_DRIVER = "gpu-beside";
    static final int DEVICES = 2;

    private static final List<String> ISOLATIONS = List.of("zonelist", "cpuset", "mask");
    private static final List<String> MEMORIES = List.of("private", "coherent");
    private static final long RETURN_LIMIT_NS = 20_000_000_000L;
    private static final long POLL_NS = 1_000_000;

    private final BundleContext context;
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicInteger[] changes = {new AtomicInteger(), new AtomicInteger()};
    private final ServiceRegistration<DaemonProvider> daemon;
    private @Nullable ServiceRegistration<DriverProvider> second;
    private @Nullable Machine machine;

    Plugins(BundleContext context) {
        this.context = context;
        registerSecond();
        daemon = context.registerService(
                DaemonProvider.class,
                new SoakDaemon(),
                FrameworkUtil.asDictionary(Map.of(
                        DaemonProvider.NAME_PROPERTY,
                        SoakDaemon.NAME,
                        DaemonProvider.KIND_PROPERTY,
                        DaemonProvider.KIND)));
    }

    void of(Machine theMachine) {
        machine = theMachine;
    }

    private Machine machine() {
        return Objects.requireNonNull(machine);
    }

    static String device(int index) {
        return "gpu" + index;
    }

    /** Uses a device. @return false when it is gone, or was meanwhile */
    boolean use(int index, Consumer<Device> use) {
        int before = changes[index].get();
        try {
            use.accept(machine().device(device(index)));
            return true;
        } catch (MoraineException e) {
            boolean absent = e.errno() == Errno.ENODEV || e.errno() == Errno.ENOENT;
            if (absent && changed(index, before)) {
                return false;
            }
            throw e;
        }
    }

    /** {@return a mark for {@link #changed}} */
    int mark(int index) {
        return changes[index].get();
    }

    /** {@return whether a device was absent at some time since the mark} */
    boolean changed(int index, int mark) {
        return (mark & 1) == 1 || changes[index].get() != mark;
    }

    /** Exchanges the policy for any, unless somebody is changing plug-ins. @return whether it was exchanged */
    boolean exchange(RandomGenerator random) {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            ExchangeReport report = machine().policies().use(anyPolicy(random), /* strict= */ false);
            if (random.nextBoolean()) {
                machine().policies().settle();
            }
            return report.kind() == ExchangeReport.Kind.EXCHANGED;
        } finally {
            lock.unlock();
        }
    }

    private static String anyPolicy(RandomGenerator random) {
        boolean large = random.nextBoolean();
        return switch (random.nextInt(4)) {
            case 0 ->
                "hmm(bringBackPages=" + (1 << random.nextInt(7)) + ",largePages=" + large + ",memory="
                        + MEMORIES.get(random.nextInt(MEMORIES.size())) + ",migratePages=" + (1 << random.nextInt(10))
                        + ")";
            case 1 ->
                "cdm(counterThreshold=" + (1 + random.nextInt(512)) + ",isolation="
                        + ISOLATIONS.get(random.nextInt(ISOLATIONS.size())) + ",largePages=" + large + ")";
            case 2 -> "managed(features=user_numa+ltpin,largePages=" + large + ")";
            default -> "first-touch(largePages=" + large + ")";
        };
    }

    /** Stops the bundle of the active policy and starts it again. @return whether that was done */
    boolean withdraw() {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            String active =
                    machine().policies().active().replaceFirst("\\(.*", "").replace("-", "");
            Bundle bundle = bundle("moraine.policy." + active);
            if (bundle == null) {
                return false;
            }
            bundle.stop();
            bundle.start();
            return true;
        } catch (BundleException e) {
            throw new IllegalStateException("a policy's bundle does not stop or start", e);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Bundle bundle(String name) {
        return Stream.of(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElse(null);
    }

    /** Takes a device away, or brings absent ones back. @return what was done, or null */
    @Nullable
    Kind toggle(RandomGenerator random) {
        if (!lock.tryLock()) {
            return null;
        }
        try {
            if ((changes[0].get() & 1) == 1 || (changes[1].get() & 1) == 1) {
                bringBack();
                return Kind.DEVICE_RETURNED;
            }
            remove(random.nextBoolean());
            return Kind.DEVICE_REMOVED;
        } finally {
            lock.unlock();
        }
    }

    private void remove(boolean both) {
        changes[1].incrementAndGet();
        if (both) {
            changes[0].incrementAndGet();
        }
        Objects.requireNonNull(second).unregister();
        second = null;
        if (both) {
            try {
                driverBundle().stop();
            } catch (BundleException e) {
                throw new IllegalStateException("the driver's bundle does not stop", e);
            }
        }
    }

    /** Brings back what is absent and waits until it is there. */
    void bringBackAll() {
        lock.lock();
        try {
            bringBack();
        } finally {
            lock.unlock();
        }
    }

    private void bringBack() {
        try {
            driverBundle().start();
        } catch (BundleException e) {
            throw new IllegalStateException("the driver's bundle does not start", e);
        }
        if (second == null) {
            registerSecond();
        }
        long startNs = System.nanoTime();
        while (machine().devices().size() < DEVICES) {
            if (System.nanoTime() - startNs > RETURN_LIMIT_NS) {
                throw new AssertionError("a device did not come back within 20 s; there are "
                        + machine().devices() + ", nodes " + machine().nodes());
            }
            LockSupport.parkNanos(POLL_NS);
        }
        for (AtomicInteger change : changes) {
            change.addAndGet(change.get() & 1);
        }
    }

    private Bundle driverBundle() {
        return Objects.requireNonNull(bundle("moraine.driver.gpu"), "bundle moraine.driver.gpu is not installed");
    }

    private void registerSecond() {
        Dictionary<String, Object> properties = FrameworkUtil.asDictionary(
                Map.of(DriverProvider.NAME_PROPERTY, SECOND_DRIVER, DriverProvider.KIND_PROPERTY, DriverProvider.KIND));
        second = context.registerService(DriverProvider.class, new Beside(firstProvider()), properties);
    }

    private DriverProvider firstProvider() {
        try {
            ServiceReference<DriverProvider> reference = context
                    .getServiceReferences(
                            DriverProvider.class, "(" + DriverProvider.NAME_PROPERTY + "=" + FIRST_DRIVER + ")")
                    .stream()
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no driver gpu is registered"));
            return Objects.requireNonNull(context.getService(reference));
        } catch (org.osgi.framework.InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    void close() {
        ServiceRegistration<DriverProvider> now = second;
        if (now != null) {
            now.unregister();
            second = null;
        }
        daemon.unregister();
    }

    /** The bundle's driver under another name. */
    private record Beside(DriverProvider driver) implements DriverProvider {
        @Override
        public Verdict check(DeviceSpec device) {
            return driver.check(device);
        }

        @Override
        public DeviceDriver create(DriverContext context, DeviceSpec device) {
            return driver.create(context, device);
        }
    }
}
