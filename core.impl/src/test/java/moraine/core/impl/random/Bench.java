package moraine.core.impl.random;

import java.util.List;
import java.util.random.RandomGenerator;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.SwapSpec;
import moraine.core.api.time.Environment;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.TestPolicyProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.merge.Merger;
import moraine.core.impl.migration.Evictor;
import org.jspecify.annotations.Nullable;

/**
 * The machine under test: CPU node 0, coherent devices as nodes 1 and 2, the second without atomics of its own, and two
 * policies to choose from.
 */
final class Bench implements AutoCloseable {
    static final int DEVICES = 2;

    private final TestPolicyProvider hidden = new TestPolicyProvider(TestPolicy.Kind.HIDDEN);
    private final TestPolicyProvider node = new TestPolicyProvider(TestPolicy.Kind.NODE);
    private final TestMachine under;
    private @Nullable Rubble rubble;

    /** @param daemons that work beside the players */
    Bench(long ramBytes, long deviceBytes, String policy, Environment environment, SwapSpec swap, String... daemons) {
        var providers = new Providers();
        providers.drivers().add(TestDriverProvider.NAME, new TestDriverProvider(), "test.driver 1.0", 0);
        providers.policies().add(TestPolicy.family(TestPolicy.Kind.HIDDEN), hidden, "test.hidden 1.0", 1);
        providers.policies().add(TestPolicy.family(TestPolicy.Kind.NODE), node, "test.node 1.0", 0);
        providers.daemons().add(MergeActor.NAME, new MergeActor.Provider(), "test.merge 1.0", 0);
        providers.daemons().add(Shuffler.NAME, new Shuffler.Provider(), "test.shuffler 1.0", 0);
        var alike = TestProfiles.devices(ramBytes, deviceBytes, DEVICES, TestDriverProvider.NAME, true);
        var profile = TestProfiles.with(alike, DEVICES, "atomics", "false");
        under = TestMachine.create(
                MachineSpec.of(profile, policy).withDaemons(List.of(daemons)).withSwap(swap), providers, environment);
    }

    Machine machine() {
        return under.machine();
    }

    /** {@return the name of the device with that node} */
    static String device(int node) {
        return "gpu" + (node - 1);
    }

    /** {@return a policy to exchange the present one for} */
    static String anyPolicy(RandomGenerator random) {
        String large = "large=" + random.nextBoolean();
        String window = "window=" + (1 << random.nextInt(6));
        return switch (random.nextInt(5)) {
            case 0 -> "hidden(" + large + "," + window + ",duplicate=" + random.nextBoolean() + ")";
            case 1 -> "hidden(" + large + "," + window + ")";
            case 2, 3 ->
                "node(" + large + "," + window + ",hinted=" + random.nextBoolean() + ",mergeable="
                        + random.nextBoolean() + (random.nextBoolean() ? ",also=RECLAIMABLE" : "") + ")";
            default -> MachineSpec.LAST_RESORT;
        };
    }

    /** Takes pages off a node, as a device that lacks room does. @return pages that left */
    int evict(int from, int pages) {
        Rooms rooms = under.mechanism().rooms();
        Agent agent = rooms.begin();
        try {
            return new Evictor(rooms).evict(agent, from, pages);
        } finally {
            rooms.done(agent);
        }
    }

    /** Leaves no page of 2 MiB on a device, until the next call or {@link #tidy}. */
    synchronized void shatter(int device) {
        tidy();
        rubble = new Rubble(machine(), device(device));
    }

    /** Ends what {@link #shatter} began. */
    synchronized void tidy() {
        if (rubble != null) {
            rubble.close();
            rubble = null;
        }
    }

    /** {@return who merges on the thread that asks} */
    Merger merger() {
        return new Merger(under.mechanism().rooms(), under.mechanism().spaceList());
    }

    /** Drops pages advised free, as an allocation does that fails. */
    void dropFreed() {
        Rooms rooms = under.mechanism().rooms();
        Agent agent = rooms.begin();
        try {
            rooms.lazyPages.makeRoom(agent, Errno.ENOMEM, 0);
        } finally {
            rooms.done(agent);
        }
    }

    /** Asks for a move as the policies do. */
    void request(AddressSpace space, long address, long bytes, int to) {
        if (!hidden.request(space.id(), address, bytes, to)) {
            node.request(space.id(), address, bytes, to);
        }
    }

    @Override
    public void close() {
        under.close();
    }
}
