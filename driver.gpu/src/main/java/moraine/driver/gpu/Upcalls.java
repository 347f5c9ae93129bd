package moraine.driver.gpu;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import moraine.core.api.host.DriverContext;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;

/**
 * The driver's calls to the host. Counts are gathered here and told when the host or a launch may look at them. Once
 * the driver has ended no call goes out; one that was under way then and found the context revoked did no harm.
 */
final class Upcalls {
    private static final Tally[] TALLIES = Tally.values();

    private final DriverContext context;
    private final Runnable raiseFaults;
    private final Runnable raiseCounters;
    private final Runnable tell = this::tell;
    private final Map<Tally, LongAdder> counts = new EnumMap<>(Tally.class);
    private volatile boolean ended;

    Upcalls(DriverContext context) {
        this.context = context;
        raiseFaults = context::raiseFaults;
        raiseCounters = context::raiseCounters;
        for (Tally tally : TALLIES) {
            counts.put(tally, new LongAdder());
        }
    }

    void count(Tally tally, long delta) {
        LongAdder adder = counts.get(tally);
        if (adder != null) {
            adder.add(delta);
        }
    }

    void raiseFaults() {
        call(raiseFaults);
    }

    void raiseCounters() {
        call(raiseCounters);
    }

    /** Tells the host that so many steps of blocks ended. */
    void stepsEnded(long steps) {
        if (ended) {
            return;
        }
        try {
            context.stepsEnded(steps);
        } catch (MoraineException refusal) {
            endured(refusal);
        }
    }

    /** Tells the host that so many faults were lost, the first of them this one. */
    void overflowed(FaultPacket first, long faults) {
        if (ended) {
            return;
        }
        try {
            context.faultBufferOverflowed(first.space(), first.address(), faults);
        } catch (MoraineException refusal) {
            endured(refusal);
        }
    }

    /** Tells the host what was counted since the last time. */
    void flush() {
        call(tell);
    }

    /** Flushes for the last time. */
    void end() {
        flush();
        ended = true;
    }

    private void tell() {
        for (Tally tally : TALLIES) {
            LongAdder adder = counts.get(tally);
            long count = adder == null ? 0 : adder.sumThenReset();
            if (count != 0) {
                context.count(tally.counter(), count);
            }
        }
    }

    private void call(Runnable upcall) {
        if (ended) {
            return;
        }
        try {
            upcall.run();
        } catch (MoraineException refusal) {
            endured(refusal);
        }
    }

    private void endured(MoraineException refusal) {
        if (!ended || refusal.errno() != Errno.EBADF) {
            throw refusal;
        }
    }
}
