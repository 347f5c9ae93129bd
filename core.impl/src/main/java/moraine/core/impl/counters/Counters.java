package moraine.core.impl.counters;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import moraine.core.api.model.CounterInfo;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import org.jspecify.annotations.Nullable;

/** The counters of a machine: sums that its rooms add to, and gauges that are read when asked for. */
public final class Counters {
    private final ConcurrentMap<String, Entry> entries = new ConcurrentHashMap<>();

    /** {@return the counter of that name, made on first use; keep it, looking it up is not for hot paths} */
    public LongAdder counter(String name, String unit, String description) {
        Entry entry = entries.computeIfAbsent(name, _ -> {
            LongAdder adder = new LongAdder();
            return new Entry(unit, description, adder, adder::sum);
        });
        if (entry.adder == null) {
            throw MoraineException.caller(
                    Errno.EEXIST, "counter " + name + " is a gauge already; give the counter another name");
        }
        return entry.adder;
    }

    /** Registers a value that is computed when read; a later gauge of the same name takes its place. */
    public void gauge(String name, String unit, String description, LongSupplier value) {
        entries.compute(name, (_, old) -> {
            if (old != null && old.adder != null) {
                throw MoraineException.caller(
                        Errno.EEXIST, "gauge " + name + " is a counter already; give the gauge another name");
            }
            return new Entry(unit, description, null, value);
        });
    }

    /** {@return all of them now, by name} */
    public List<CounterInfo> list() {
        return entries.entrySet().stream()
                .map(e -> e.getValue().info(e.getKey()))
                .sorted(Comparator.comparing(CounterInfo::name))
                .toList();
    }

    public long value(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw MoraineException.caller(
                    Errno.ENOENT, "no counter " + name + " among " + entries.size() + "; list them for their names");
        }
        return entry.value.getAsLong();
    }

    private record Entry(
            String unit, String description, @Nullable LongAdder adder, LongSupplier value) {
        CounterInfo info(String name) {
            return new CounterInfo(name, unit, description, value.getAsLong());
        }
    }
}
