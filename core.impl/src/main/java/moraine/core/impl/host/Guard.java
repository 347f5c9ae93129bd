package moraine.core.impl.host;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import moraine.core.api.model.ExitRecord;

/** Counts what one plug-in instance gets wrong within a window of calls; at a hard limit it trips, once. */
public final class Guard {
    private final Limits limits;
    private final HostCounters counters;
    private final Consumer<Fault> eject;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger exceptions = new AtomicInteger();
    private final AtomicInteger illegal = new AtomicInteger();
    private final AtomicBoolean tripped = new AtomicBoolean();

    /** @param eject called once, by whoever counts the last straw; must return at once */
    public Guard(Limits limits, HostCounters counters, Consumer<Fault> eject) {
        this.limits = limits;
        this.counters = counters;
        this.eject = eject;
    }

    Limits limits() {
        return limits;
    }

    HostCounters counters() {
        return counters;
    }

    /** {@return whether this call is one that should be timed} */
    public boolean call() {
        counters.calls.increment();
        int number = calls.incrementAndGet();
        if (number % limits.windowCalls() == 0) {
            exceptions.set(0);
            illegal.set(0);
        }
        return (number & 1023) == 0;
    }

    public void thrown(Fault fault) {
        counters.exceptions.increment();
        if (exceptions.incrementAndGet() >= limits.exceptions()) {
            trip(fault);
        }
    }

    /**
     * Counts illegal answers.
     *
     * @param answers how many, at least one
     */
    public void illegal(String callback, String what, int answers) {
        counters.illegal.add(answers);
        int count = illegal.addAndGet(answers);
        if (count >= limits.illegalAnswers()) {
            String reason = count + " illegal answers, limit " + limits.illegalAnswers() + "; the last: " + what;
            trip(new Fault(ExitRecord.ILLEGAL_ANSWERS, callback, reason, ""));
        }
    }

    public void stalled(Fault fault) {
        trip(fault);
    }

    public boolean tripped() {
        return tripped.get();
    }

    private void trip(Fault fault) {
        if (tripped.compareAndSet(false, true)) {
            eject.accept(fault);
        }
    }
}
