package moraine.core.impl.host;

import java.util.concurrent.atomic.LongAdder;
import moraine.core.impl.counters.Counters;

/** What the host counts about plug-ins. */
public final class HostCounters {
    final LongAdder calls;
    final LongAdder exceptions;
    final LongAdder illegal;
    final LongAdder late;
    final LongAdder abandoned;
    final LongAdder sampled;
    final LongAdder sampledNs;
    final LongAdder exchanges;
    final LongAdder refusals;
    final LongAdder withdrawals;
    final LongAdder ejections;
    final LongAdder dropped;

    public HostCounters(Counters counters) {
        calls = counters.counter("host.callbacks", "calls", "Callbacks into policies and drivers that began");
        exceptions = counters.counter("host.exceptions", "calls", "Callbacks that threw");
        illegal = counters.counter("host.illegal", "answers", "Decisions of plug-ins that were refused");
        late = counters.counter("host.late", "calls", "Decisions that came too late; the plan answered");
        abandoned = counters.counter("host.abandoned", "threads", "Threads left in a callback that does not return");
        sampled = counters.counter("host.callbacks.timed", "calls", "Callbacks that were timed, one in 1024");
        sampledNs = counters.counter("host.callbacks.time", "ns", "Time spent in the callbacks that were timed");
        exchanges = counters.counter("policy.exchanges", "exchanges", "Policies exchanged on request");
        refusals = counters.counter("policy.refusals", "exchanges", "Exchanges refused; nothing changed");
        withdrawals = counters.counter("policy.withdrawals", "exchanges", "Active policies whose bundle went away");
        ejections = counters.counter("policy.ejections", "exchanges", "Policies that the guard threw out");
        dropped = counters.counter("policy.requests.dropped", "requests", "Requests of policies beyond the queue");
    }

    /** Counts threads that were left behind. */
    public void abandoned(long threads) {
        abandoned.add(threads);
    }

    /** Counts a callback that was timed. */
    public void timed(long ns) {
        sampled.increment();
        sampledNs.add(ns);
    }
}
