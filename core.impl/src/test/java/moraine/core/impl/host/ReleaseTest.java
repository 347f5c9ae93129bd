package moraine.core.impl.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import moraine.core.api.host.MachineView;
import moraine.core.api.host.PolicyContext;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Plan;
import moraine.core.api.policy.DeviceFaults;
import moraine.core.api.policy.PlacementPolicy;
import moraine.core.api.policy.PolicyProvider;
import moraine.core.impl.plugins.Eventually;
import moraine.core.impl.plugins.FakeFaults;
import moraine.core.impl.plugins.PluginLoader;
import moraine.core.impl.plugins.Shapes;
import moraine.core.impl.plugins.WallClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nothing of a plug-in is referenced once it has ended: its class loader can go. */
@Timeout(120)
final class ReleaseTest {
    /** What a bundle's class loader would load; public for its loader. */
    public static final class Plugin implements PolicyProvider, PlacementPolicy {
        private static final ThreadLocal<Object> LEFT_BEHIND = new ThreadLocal<>();

        @SuppressWarnings("serial")
        static final class Oops extends RuntimeException {}

        @Override
        public PlacementPolicy create(PolicyContext context, Parameters parameters) {
            return new Plugin();
        }

        @Override
        public String name() {
            return "plugin";
        }

        @Override
        public Plan plan(MachineView machine) {
            return Shapes.hidden(machine);
        }

        @Override
        public void onDeviceFaults(DeviceFaults batch) {
            LEFT_BEHIND.set(this);
            throw new Oops();
        }
    }

    private final HostBench bench = new HostBench(WallClock.environment());
    private final PolicyCalls calls = bench.host.requester("dev0", 1);

    /** Uses the plug-in and ends it; nothing of it is on the caller's stack afterwards. */
    private WeakReference<ClassLoader> useAndEnd(boolean eject) throws ReflectiveOperationException {
        PolicyProvider provider = (PolicyProvider) PluginLoader.fresh(Plugin.class);
        assertThat(provider.getClass()).isNotEqualTo(Plugin.class);
        bench.catalog.add("plugin", provider, "plugin 1.0", 0);
        bench.host.use("plugin", false);
        calls.deviceFaults(new FakeFaults(1));
        if (eject) {
            calls.deviceFaults(new FakeFaults(1));
            calls.deviceFaults(new FakeFaults(1));
            Eventually.holds("ejected", () -> !bench.host.exits().isEmpty());
        }
        bench.catalog.remove(provider);
        assertThat(bench.host.active()).isEqualTo("ram-only");
        assertThat(bench.host.exits()).hasSize(1);
        return new WeakReference<>(provider.getClass().getClassLoader());
    }

    private static void assertReleased(WeakReference<ClassLoader> loader) {
        Eventually.holds("class loader released", () -> {
            System.gc();
            return loader.refersTo(null);
        });
    }

    @Test
    void shouldReleaseTheClassLoaderOfAWithdrawnPolicy() throws ReflectiveOperationException {
        assertReleased(useAndEnd(/* eject= */ false));
        calls.close();
        bench.close();
    }

    @Test
    void shouldReleaseTheClassLoaderOfAnEjectedPolicy() throws ReflectiveOperationException {
        assertReleased(useAndEnd(/* eject= */ true));
        assertThat(bench.host.exits().getFirst().stack()).contains("Oops");
        calls.close();
        bench.close();
    }
}
