package moraine.core.impl.migration;

import java.util.EnumMap;
import java.util.Map;
import moraine.core.api.model.Intent;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Meter;
import moraine.core.impl.plugins.VirtualEnvironment;
import moraine.testkit.HandsOn;

/** Virtual time in which a test acts when a kind of work is charged for the first time. */
final class StagedEnvironment extends HandsOn implements Meter {
    private final VirtualEnvironment time;
    private final Map<Cost, Runnable> actions = new EnumMap<>(Cost.class);

    StagedEnvironment() {
        this(new VirtualEnvironment());
    }

    private StagedEnvironment(VirtualEnvironment time) {
        super(time);
        this.time = time;
    }

    /** Acts once, right after the work that costs this was done. */
    void on(Cost cost, Runnable action) {
        actions.put(cost, action);
    }

    boolean acted() {
        return actions.isEmpty();
    }

    @Override
    public void charge(Cost cost, int initiator, int from, int to, long amount) {
        time.charge(cost, initiator, from, to, amount);
        Runnable action = actions.remove(cost);
        if (action != null) {
            action.run();
        }
    }

    @Override
    public void access(int initiator, int node, long address, int bytes, Intent intent) {
        time.access(initiator, node, address, bytes, intent);
    }

    @Override
    public Meter meter() {
        return this;
    }
}
