package moraine.core.impl.host;

import moraine.core.api.policy.AccessSample;
import moraine.core.api.policy.DeviceFaults;
import moraine.core.api.policy.PlacementPolicy;
import moraine.core.api.policy.Pressure;
import moraine.core.impl.frames.Frames;

/**
 * Where one requester calls one policy instance: a line, and copies of the arguments. While an earlier call is late,
 * nothing is called and the plan stands.
 */
final class CallSite {
    private final PolicyInstance instance;
    private final Line line;
    private final FaultsCopy faults = new FaultsCopy();
    private final PressureCopy pressure;
    private final SampleCopy sample = new SampleCopy();
    private final Runnable callFaults = this::callFaults;
    private final Runnable callPressure = this::callPressure;
    private final Runnable callSample = this::callSample;
    private boolean late;

    CallSite(PolicyInstance instance, Line line, Frames frames) {
        this.instance = instance;
        this.line = line;
        this.pressure = new PressureCopy(frames);
    }

    boolean isFor(PolicyInstance other) {
        return instance == other;
    }

    void deviceFaults(DeviceFaults batch) {
        if (busy()) {
            return;
        }
        faults.load(batch);
        if (called("onDeviceFaults", callFaults)) {
            report("onDeviceFaults", faults.illegal(), faults.illegalWhat());
            faults.apply(batch);
        }
    }

    void pressure(Pressure original) {
        if (busy()) {
            return;
        }
        pressure.load(original);
        if (called("onPressure", callPressure)) {
            report("onPressure", pressure.illegal(), pressure.illegalWhat());
            pressure.apply(original);
        }
    }

    void accessSample(AccessSample original) {
        if (busy()) {
            return;
        }
        sample.load(original);
        called("onAccessCounters", callSample);
    }

    /** {@return whether it was not refused} Each call has a copy of its own, for hints are no fault path. */
    boolean hint(HintCopy hint) {
        if (busy()) {
            return true;
        }
        called("onHint", () -> callHint(hint));
        return !hint.refused();
    }

    private void callHint(HintCopy hint) {
        PlacementPolicy policy = instance.target();
        try {
            if (policy != null) {
                policy.onHint(hint);
            }
        } finally {
            hint.seal();
        }
    }

    /** The copies belong to the callback until it returns, however late that is. */
    private boolean busy() {
        if (late && line.busy()) {
            instance.guard().counters().late.increment();
            return true;
        }
        late = false;
        return instance.target() == null;
    }

    private boolean called(String callback, Runnable call) {
        int result = line.run(callback, call, instance.guard().limits().answerNs());
        if (result == Line.LATE) {
            late = true;
            instance.guard().counters().late.increment();
        }
        return result == Line.OK;
    }

    private void report(String callback, int illegal, String what) {
        if (illegal > 0) {
            instance.guard().illegal(callback, what, illegal);
        }
    }

    private void callFaults() {
        PlacementPolicy policy = instance.target();
        try {
            if (policy != null) {
                policy.onDeviceFaults(faults);
            }
        } finally {
            faults.seal();
        }
    }

    private void callPressure() {
        PlacementPolicy policy = instance.target();
        try {
            if (policy != null) {
                policy.onPressure(pressure);
            }
        } finally {
            pressure.seal();
        }
    }

    private void callSample() {
        PlacementPolicy policy = instance.target();
        try {
            if (policy != null) {
                policy.onAccessCounters(sample);
            }
        } finally {
            sample.seal();
        }
    }

    void close() {
        instance.drop(line);
    }
}
