package moraine.core.impl.cache;

import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.model.Backing;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.Parameters;
import moraine.core.api.time.Environment;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.TestPolicyProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;

/** Machines with 8 MiB of RAM and one coherent device of 1 MiB, and what runs on it. */
public final class DeviceMachines {
    private static final long TIMEOUT_NS = 60_000_000_000L;

    private DeviceMachines() {}

    /** {@return a machine under a test policy, which is hidden or node} */
    public static TestMachine create(String policy, Environment environment) {
        return create(policy, environment, Backing.BYTES, PageCache.stores(Backing.BYTES));
    }

    static TestMachine create(String policy, Environment environment, Backing backing, Store.Opener stores) {
        return create(policy, environment, backing, stores, Parameters.NONE);
    }

    static TestMachine create(
            String policy, Environment environment, Backing backing, Store.Opener stores, Parameters tuning) {
        var providers = new Providers();
        providers.drivers().add(TestDriverProvider.NAME, new TestDriverProvider(), "test.driver 1.0", 0);
        for (TestPolicy.Kind kind : TestPolicy.Kind.values()) {
            String family = TestPolicy.family(kind);
            providers.policies().add(family, new TestPolicyProvider(kind), "test." + family + " 1.0", 0);
        }
        var profile = TestProfiles.devices(8L << 20, 1L << 20, 1, TestDriverProvider.NAME, true);
        var spec = MachineSpec.of(profile, policy.contains("(") ? policy : policy + "(window=1)")
                .withBacking(backing)
                .withTuning(tuning);
        return TestMachine.create(spec, providers, environment, stores);
    }

    /** Runs one step on the device. */
    public static void run(TestMachine under, AddressSpace space, Block body) {
        under.machine().device("gpu0").launch(space, new Step(body)).await(TIMEOUT_NS);
    }

    private record Step(Block block) implements Kernel {
        @Override
        public String name() {
            return "step";
        }

        @Override
        public int blocks() {
            return 1;
        }

        @Override
        public Block block(int index) {
            return block;
        }
    }

    /** Has the device store a long. */
    public static void store(TestMachine under, AddressSpace space, long address, long value) {
        run(under, space, memory -> {
            memory.putLong(address, value);
            return false;
        });
    }

    /** {@return a long as the device loads it} */
    public static long load(TestMachine under, AddressSpace space, long address) {
        long[] loaded = new long[1];
        run(under, space, memory -> {
            loaded[0] = memory.getLong(address);
            return false;
        });
        return loaded[0];
    }
}
