package moraine.core.impl.daemon;

import moraine.core.api.model.DaemonInfo;
import moraine.core.impl.host.InstanceName;
import org.jspecify.annotations.Nullable;

/** A daemon that a spec names: the instance that runs, or why none does. */
final class Place {
    private final InstanceName name;
    private volatile @Nullable DaemonInstance running;
    private volatile DaemonInfo idle;

    Place(InstanceName name) {
        this.name = name;
        this.idle = absent();
    }

    private DaemonInfo absent() {
        return DaemonInfo.idle(
                name.toString(),
                "",
                DaemonInfo.State.ABSENT,
                "no bundle offers daemon " + name.family() + "; install one");
    }

    InstanceName name() {
        return name;
    }

    @Nullable
    DaemonInstance running() {
        return running;
    }

    void runs(DaemonInstance instance) {
        running = instance;
    }

    /** Says that none runs any more, for nobody offers it. */
    void leaves() {
        idle = absent();
        running = null;
    }

    /** Says that none runs, and why. */
    void stops(DaemonInstance instance, DaemonInfo.State state, String reason) {
        idle = instance.info(state, reason);
        running = null;
    }

    DaemonInfo info() {
        DaemonInstance instance = running;
        return instance == null ? idle : instance.info(DaemonInfo.State.RUNNING, "");
    }
}
