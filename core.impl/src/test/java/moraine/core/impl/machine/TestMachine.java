package moraine.core.impl.machine;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.host.Machine;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.Parameters;
import moraine.core.api.time.Environment;
import moraine.core.impl.MechanismImpl;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.cache.Store;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.plugins.Patience;

/**
 * A machine together with the rooms behind it, for tests that look into them.
 *
 * @param machine as an application has it
 * @param mechanism its rooms
 */
public record TestMachine(Machine machine, MechanismImpl mechanism) implements AutoCloseable {
    /** As usual, but that no plug-in is thrown out because its thread stood still. */
    private static final Limits LIMITS = new Limits(
            Limits.DEFAULT.exceptions(),
            Limits.DEFAULT.illegalAnswers(),
            Limits.DEFAULT.windowCalls(),
            Limits.DEFAULT.answerNs(),
            Patience.LIMITS.lifecycleNs(),
            Patience.LIMITS.stallNs(),
            Limits.DEFAULT.drainNs());

    private static final String RANGE_TIMEOUT = "range.timeout";

    /** Makes a machine from providers that were filled by hand. */
    public static TestMachine create(MachineSpec spec, Providers providers, Environment environment) {
        return create(spec, providers, environment, PageCache.stores(spec.backing()));
    }

    /**
     * Makes a machine whose files are reached through stores of the test's. Unless its tuning says otherwise, nobody
     * who repeats something gives up because a thread stood still.
     */
    public static TestMachine create(
            MachineSpec spec, Providers providers, Environment environment, Store.Opener stores) {
        var made = new AtomicReference<MechanismImpl>();
        var factory = new MachineFactoryImpl(
                providers,
                foundation -> {
                    var mechanism = new MechanismImpl(foundation, stores);
                    made.set(mechanism);
                    return mechanism;
                },
                LIMITS);
        Parameters tuning = spec.tuning();
        boolean tuned = tuning.values().containsKey(RANGE_TIMEOUT);
        Machine machine =
                factory.create(tuned ? spec : spec.withTuning(tuning.with(RANGE_TIMEOUT, "60000")), environment);
        return new TestMachine(machine, Objects.requireNonNull(made.get(), "the factory made no mechanism"));
    }

    @Override
    public void close() {
        machine.close();
    }
}
