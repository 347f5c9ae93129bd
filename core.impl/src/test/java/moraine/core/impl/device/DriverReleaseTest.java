package moraine.core.impl.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import moraine.core.api.driver.Completion;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.driver.DriverProvider;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Device;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.host.DriverContext;
import moraine.core.api.host.Launch;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Backing;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.time.Step;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.core.impl.plugins.Eventually;
import moraine.core.impl.plugins.Kernels;
import moraine.core.impl.plugins.Patience;
import moraine.core.impl.plugins.PluginLoader;
import moraine.core.impl.plugins.Shapes;
import moraine.core.impl.plugins.WallClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nothing of a driver is referenced once it has ended, however untidy it was. */
@Timeout(120)
final class DriverReleaseTest {
    /** Leaves an access open, a launch unfinished, an actor idle; public for its loader. */
    public static final class Untidy implements DriverProvider {
        private static final class Driver implements DeviceDriver {
            private final DriverContext context;
            private final List<DeviceAccess> accesses = new ArrayList<>();
            private final List<Completion> completions = new ArrayList<>();

            Driver(DriverContext context) {
                this.context = context;
                context.actors().start("idler", context.node(), _ -> Step.Progress.IDLE);
            }

            @Override
            public String name() {
                return "untidy";
            }

            @Override
            public long memoryBytes() {
                return Shapes.DEVICE_BYTES;
            }

            @Override
            public void launch(int space, Kernel kernel, Completion completion) {
                accesses.add(context.access(space, (address, _) -> completions.add(completion)));
                completions.add(completion);
                context.count("launched", accesses.size());
            }
        }

        @Override
        public DeviceDriver create(DriverContext context, DeviceSpec device) {
            return new Driver(context);
        }
    }

    private final Providers providers = new Providers();
    private final MachineFactoryImpl factory = new MachineFactoryImpl(providers, Patience.LIMITS);

    private static WeakReference<ClassLoader> loader(Object plugin) {
        return new WeakReference<>(plugin.getClass().getClassLoader());
    }

    @Test
    void shouldReleaseTheClassLoaderOfAWithdrawnDriver() throws ReflectiveOperationException {
        var provider = new DriverProvider[] {(DriverProvider) PluginLoader.fresh(Untidy.class)};
        WeakReference<ClassLoader> loader = loader(provider[0]);
        providers.drivers().add("fake", provider[0], "untidy 1.0", 0);
        Machine machine = factory.create(Shapes.full(MachineSpec.LAST_RESORT, Backing.BYTES), WallClock.environment());
        AddressSpace space = machine.openSpace("s");
        space.mmap(MapRequest.anonymous(4096));
        Device device = machine.device("dev0");
        Launch launch = device.launch(space, Kernels.endless());
        Eventually.holds(
                "launched",
                () -> machine.counters().stream()
                        .anyMatch(counter -> counter.name().equals("device.dev0.launched")));

        providers.drivers().remove(provider[0]);
        provider[0] = new Untidy();

        Eventually.holds("class loader released", () -> {
            System.gc();
            return loader.refersTo(null);
        });
        assertThat(launch.done()).isTrue();
        assertThat(machine.devices()).isEmpty();
        assertThat(device).isNotNull();
        assertThat(machine.check()).isEmpty();
        factory.close();
    }

    @Test
    void shouldKeepNoWorkerOfDevicesThatWent() {
        DriverProvider provider = new Untidy();
        providers.drivers().add("fake", provider, "untidy 1.0", 0);
        Machine machine = factory.create(Shapes.full(MachineSpec.LAST_RESORT, Backing.BYTES), WallClock.environment());
        List<Long> workers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Eventually.holds("attached", () -> machine.devices().size() == 1);
            workers.add(machine.counter("allocator.workers"));
            providers.drivers().remove(provider);
            Eventually.holds(
                    "off the machine", () -> machine.nodes().get(Shapes.DEVICE).pages() == 0);
            providers.drivers().add("fake", provider, "untidy 1.0", 0);
        }

        assertThat(workers.get(3)).isEqualTo(workers.get(1));
        factory.close();
    }
}
