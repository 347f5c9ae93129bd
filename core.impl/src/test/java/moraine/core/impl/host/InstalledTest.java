package moraine.core.impl.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import moraine.core.api.host.Machine;
import moraine.core.api.host.PolicyContext;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.Parameter;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.PluginInfo;
import moraine.core.api.policy.PlacementPolicy;
import moraine.core.api.policy.PolicyProvider;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.core.impl.plugins.FakePolicy;
import moraine.core.impl.plugins.Leaps;
import moraine.core.impl.plugins.VirtualEnvironment;
import org.junit.jupiter.api.Test;

/** What a machine tells of the plug-ins that are installed, also of those that misbehave when asked. */
final class InstalledTest {
    private static final Parameter AGE = Parameter.amount("age", 1, 1, 255, "rounds", "before a page goes");

    private final Providers providers = new Providers();
    private final MachineFactoryImpl factory = new MachineFactoryImpl(providers, HostBench.LIMITS);

    private record Saying(Supplier<List<Parameter>> answer) implements PolicyProvider {
        @Override
        public List<Parameter> parameters() {
            return answer.get();
        }

        @Override
        public PlacementPolicy create(PolicyContext context, Parameters parameters) {
            return new FakePolicy.Provider().create(context, parameters);
        }
    }

    private void offer(String name, Supplier<List<Parameter>> answer) {
        providers.policies().add(name, new Saying(answer), "test." + name + " 1.0", 0);
    }

    private static MachineSpec spec() {
        return MachineSpec.of(
                TestProfiles.devices(8L << 20, 8L << 20, 0, TestDriverProvider.NAME, true), MachineSpec.LAST_RESORT);
    }

    @Test
    void shouldListPluginsByKindAndName() {
        offer("second", () -> List.of(AGE));
        offer("first", List::of);
        providers.drivers().add(TestDriverProvider.NAME, new TestDriverProvider(), "test.driver 1.0", 0);

        try (Machine machine = factory.create(spec(), new VirtualEnvironment())) {
            assertThat(machine.plugins())
                    .containsExactly(
                            new PluginInfo("driver", TestDriverProvider.NAME, "test.driver 1.0", List.of()),
                            new PluginInfo("policy", "first", "test.first 1.0", List.of()),
                            new PluginInfo("policy", "second", "test.second 1.0", List.of(AGE)));
        }
    }

    @Test
    void shouldListPluginsThatCannotSayWhatTheyTake() {
        var never = new CountDownLatch(1);
        var clock = new Leaps();
        offer("hangs", () -> {
            try {
                while (!never.await(1, TimeUnit.MILLISECONDS)) {
                    clock.leap(1_000_000_000L);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return List.of(AGE);
        });
        offer("says", () -> List.of(AGE));
        offer("throws", () -> {
            throw new IllegalStateException("not today");
        });

        try (Machine machine = factory.create(spec(), clock.environment())) {
            assertThat(machine.plugins())
                    .containsExactly(
                            new PluginInfo("policy", "hangs", "test.hangs 1.0", List.of()),
                            new PluginInfo("policy", "says", "test.says 1.0", List.of(AGE)),
                            new PluginInfo("policy", "throws", "test.throws 1.0", List.of()));
        } finally {
            never.countDown();
        }
    }
}
