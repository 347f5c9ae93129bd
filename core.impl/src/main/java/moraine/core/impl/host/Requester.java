package moraine.core.impl.host;

import java.util.function.Supplier;
import moraine.core.api.model.Advice;
import moraine.core.api.policy.AccessSample;
import moraine.core.api.policy.DeviceFaults;
import moraine.core.api.policy.Pressure;
import moraine.core.impl.frames.Frames;
import org.jspecify.annotations.Nullable;

/** One requester's way to whatever policy is active; makes a new site when the policy was exchanged. */
final class Requester implements PolicyCalls {
    private final String name;
    private final int initiator;
    private final Supplier<@Nullable PolicyInstance> active;
    private final Frames frames;
    private @Nullable CallSite site;

    /** @param active the instance that drives the machine, or null under the last resort */
    Requester(String name, int initiator, Supplier<@Nullable PolicyInstance> active, Frames frames) {
        this.name = name;
        this.initiator = initiator;
        this.active = active;
        this.frames = frames;
    }

    @Override
    public void deviceFaults(DeviceFaults batch) {
        PolicyInstance instance = active.get();
        if (instance != null && instance.hearsFaults()) {
            CallSite mine = site(instance);
            if (mine != null) {
                mine.deviceFaults(batch);
            }
        }
    }

    @Override
    public void pressure(Pressure pressure) {
        PolicyInstance instance = active.get();
        if (instance != null && instance.hearsPressure()) {
            CallSite mine = site(instance);
            if (mine != null) {
                mine.pressure(pressure);
            }
        }
    }

    @Override
    public void accessSample(AccessSample sample) {
        PolicyInstance instance = active.get();
        if (instance != null && instance.hearsCounters()) {
            CallSite mine = site(instance);
            if (mine != null) {
                mine.accessSample(sample);
            }
        }
    }

    @Override
    public boolean hint(int space, long address, long bytes, Advice advice) {
        PolicyInstance instance = active.get();
        CallSite mine = instance == null || !instance.hearsHints() ? null : site(instance);
        return mine == null || mine.hint(new HintCopy(space, address, bytes, advice));
    }

    private @Nullable CallSite site(PolicyInstance instance) {
        CallSite mine = site;
        if (mine == null || !mine.isFor(instance)) {
            Line line = instance.line(name, initiator);
            mine = line == null ? null : new CallSite(instance, line, frames);
            site = mine;
        }
        return mine;
    }

    @Override
    public void close() {
        CallSite mine = site;
        site = null;
        if (mine != null) {
            mine.close();
        }
    }
}
