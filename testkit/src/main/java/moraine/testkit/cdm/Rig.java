package moraine.testkit.cdm;

import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.SwapSpec;
import moraine.testkit.JvmThreads;
import org.jspecify.annotations.Nullable;

/** What a scenario works with: one machine under the strategy, made when first asked for. */
public final class Rig implements AutoCloseable {
    /** For which everybody waits at least before something counts as not done. */
    private static final long DEADLINE_NS = 10_000_000_000L;
    /** After which it does, however little the machine got to do. */
    private static final long LAST_DEADLINE_NS = 300_000_000_000L;

    private static final long PAUSE_NS = 1_000_000;
    /** Half of the node. */
    private static final long SWAP_BYTES = TwoDevices.PAGES / 2 * (long) Pages.SIZE;

    private final Plant plant;
    private final Strategy strategy;
    private @Nullable TwoDevices machine;

    Rig(Plant plant, Strategy strategy) {
        this.plant = plant;
        this.strategy = strategy;
    }

    /** {@return what is under test} */
    public Strategy strategy() {
        return strategy;
    }

    /**
     * {@return the machine}
     *
     * @param allowed nodes that its tenant may use, where this is the first call; all when none is named
     */
    public TwoDevices on(int... allowed) {
        if (machine == null) {
            machine = new TwoDevices(plant.factory(), plant.driver(), strategy.policy(), allowed);
        }
        return machine;
    }

    /** {@return whether the strategy says so} */
    boolean claims(Claim claim) {
        return strategy.claims().contains(claim);
    }

    /** {@return the machine with daemons beside it and swap on the far node, where it is not made yet} */
    TwoDevices served(Set<Service> services, int... allowed) {
        return served(services, Parameters.NONE, allowed);
    }

    /** The same, tuned. */
    TwoDevices served(Set<Service> services, Parameters tuning, int... allowed) {
        if (machine == null) {
            List<String> daemons = services.stream().sorted().map(plant::daemon).toList();
            MachineSpec spec = TwoDevices.spec(plant.driver(), strategy.policy())
                    .withDaemons(daemons)
                    .withTuning(tuning)
                    .withSwap(SwapSpec.node(TwoDevices.FAR, SWAP_BYTES));
            machine = new TwoDevices(plant.factory(), spec, allowed);
        }
        return machine;
    }

    /** Takes the devices' driver away. */
    void withdraw() {
        plant.withdraw();
    }

    /** Brings it back. The machine has its devices some time later, and the policy's plan for them later still. */
    void restore() {
        plant.restore();
    }

    /** Waits for what the machine does by itself, or fails. */
    static void eventually(String what, BooleanSupplier condition) {
        eventually(what, condition, () -> false);
    }

    /**
     * The same for what has had its occasion at some time. A busy machine takes long to get there, and the last look
     * comes after it.
     *
     * @param occasion whether the machine did so much since that it would be done
     */
    static void eventually(String what, BooleanSupplier condition, BooleanSupplier occasion) {
        var threads = new JvmThreads();
        long beganNs = threads.nowNs();
        boolean last = false;
        while (!condition.getAsBoolean()) {
            long waitedNs = threads.nowNs() - beganNs;
            if (last) {
                throw new AssertionError("not within " + waitedNs / 1_000_000_000 + " s: " + what);
            }
            last = waitedNs > LAST_DEADLINE_NS || waitedNs > DEADLINE_NS && occasion.getAsBoolean();
            threads.parkNs(PAUSE_NS);
        }
    }

    /** Lets others run for a moment. */
    static void pause() {
        new JvmThreads().parkNs(PAUSE_NS);
    }

    @Override
    public void close() {
        try {
            if (machine != null) {
                machine.close();
            }
        } finally {
            plant.close();
        }
    }
}
