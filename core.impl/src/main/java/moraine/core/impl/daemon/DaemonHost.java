package moraine.core.impl.daemon;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import moraine.core.api.daemon.DaemonProvider;
import moraine.core.api.model.DaemonInfo;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Event;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.MoraineException;
import moraine.core.impl.host.Catalog;
import moraine.core.impl.host.ExitRecords;
import moraine.core.impl.host.Fault;
import moraine.core.impl.host.HostBase;
import moraine.core.impl.host.HostCounters;
import moraine.core.impl.host.InstanceName;
import moraine.core.impl.host.Offer;
import moraine.core.impl.host.Permit;
import moraine.core.impl.host.PolicyHost;
import moraine.core.impl.host.Watchdog;
import org.jspecify.annotations.Nullable;

/** Runs the daemons that one machine's spec names, as long as somebody offers them. */
public final class DaemonHost implements DaemonInstance.Home, Catalog.Listener<DaemonProvider> {
    private final HostBase base;
    private final Catalog<DaemonProvider> catalog;
    private final PolicyHost policies;
    private final ExitRecords exits;
    private final List<String> wanted;
    private final Budget budget;
    private final Permit permit;
    private final LongAdder ejections;
    private volatile List<Place> places = List.of();
    private volatile DaemonRooms rooms = _ -> {
        throw new IllegalStateException("the host is not started");
    };
    private volatile boolean closed;

    /**
     * @param policies whose desk, watchdog and counters serve daemons too
     * @param wanted instance names
     */
    public DaemonHost(
            HostBase base,
            Catalog<DaemonProvider> catalog,
            PolicyHost policies,
            ExitRecords exits,
            List<String> wanted) {
        this(base, catalog, policies, exits, wanted, Budget.USUAL);
    }

    DaemonHost(
            HostBase base,
            Catalog<DaemonProvider> catalog,
            PolicyHost policies,
            ExitRecords exits,
            List<String> wanted,
            Budget budget) {
        this.base = base;
        this.catalog = catalog;
        this.policies = policies;
        this.exits = exits;
        this.wanted = wanted;
        this.budget = budget;
        this.permit = new Permit(base.environment());
        this.ejections = base.counters().counter("daemon.ejections", "daemons", "Daemons that the guard threw out");
    }

    /**
     * Starts the daemons that somebody offers; the others begin when their bundle comes.
     *
     * @return why one that is offered does not want to work here, or null
     * @throws MoraineException EINVAL for a name that cannot be read, or is given twice
     */
    public @Nullable String start(DaemonRooms made) {
        rooms = made;
        places = places();
        catalog.listen(this);
        base.allocator().onLow(_ -> pressure());
        exclusively(() -> places.forEach(this::fill));
        return places.stream()
                .map(Place::info)
                .filter(info -> info.state() == DaemonInfo.State.REFUSED)
                .map(info -> "daemon " + info.name() + ": " + info.reason())
                .findFirst()
                .orElse(null);
    }

    private List<Place> places() {
        List<Place> made = new ArrayList<>();
        for (String text : wanted) {
            InstanceName name = InstanceName.parse(text);
            if (made.stream().anyMatch(place -> place.name().equals(name))) {
                throw MoraineException.caller(Errno.EINVAL, "daemon " + name + " is named twice; name it once");
            }
            made.add(new Place(name));
        }
        return List.copyOf(made);
    }

    private void pressure() {
        for (Place place : places) {
            DaemonInstance running = place.running();
            if (running != null) {
                running.pressure();
            }
        }
    }

    private void exclusively(Runnable work) {
        exclusively(10 * base.limits().lifecycleNs(), work);
    }

    private void exclusively(long timeoutNs, Runnable work) {
        permit.exclusively(timeoutNs, () -> {
            work.run();
            return true;
        });
    }

    private void later(Runnable work) {
        policies.desk().post(() -> exclusively(work));
    }

    /** Starts the daemon of the best provider that offers it, if any. */
    private void fill(Place place) {
        for (Offer<DaemonProvider> offer : catalog.offers()) {
            if (offer.name().equals(place.name().family())) {
                begin(place, offer);
                return;
            }
        }
    }

    private void begin(Place place, Offer<DaemonProvider> offer) {
        var instance = new DaemonInstance(place.name(), offer, this, rooms, budget);
        String refusal = instance.begin(offer.provider());
        if (refusal == null) {
            place.runs(instance);
        } else {
            instance.end(Fault.none(ExitRecord.BY_OPERATOR, "refused"));
            place.stops(instance, DaemonInfo.State.REFUSED, refusal);
        }
    }

    @Override
    public void came(Offer<DaemonProvider> offer) {
        later(() -> {
            for (Place place : places) {
                boolean named = place.name().family().equals(offer.name());
                if (named && !closed && place.running() == null && catalog.has(offer)) {
                    begin(place, offer);
                }
            }
        });
    }

    /** Returns within a deadline; what others hold up is done right after that. */
    @Override
    public void gone(Offer<DaemonProvider> offer) {
        Runnable work = () -> places.forEach(place -> withdraw(place, offer));
        try {
            exclusively(base.limits().lifecycleNs(), work);
        } catch (MoraineException e) {
            later(work);
        }
    }

    private void withdraw(Place place, Offer<DaemonProvider> offer) {
        DaemonInstance running = place.running();
        if (running != null && running.isOf(offer)) {
            place.leaves();
            exits.add(running.end(Fault.none(ExitRecord.BUNDLE_STOPPED, offer.bundle() + " was stopped")));
            fill(place);
        }
    }

    @Override
    public void eject(DaemonInstance instance, Fault fault) {
        later(() -> {
            for (Place place : places) {
                if (place.running() == instance) {
                    ejections.increment();
                    base.events().record(Event.Kind.EJECTION, -1, -1, 0, 0, null);
                    place.stops(instance, DaemonInfo.State.EJECTED, fault.reason());
                    exits.add(instance.end(fault));
                }
            }
        });
    }

    /** {@return the daemons that the spec names, in its order, then those that are offered besides} */
    public List<DaemonInfo> infos() {
        List<DaemonInfo> infos = places.stream().map(Place::info).collect(Collectors.toCollection(ArrayList::new));
        Set<String> named =
                places.stream().map(place -> place.name().family()).collect(Collectors.toCollection(HashSet::new));
        for (Offer<DaemonProvider> offer : catalog.offers()) {
            if (named.add(offer.name())) {
                infos.add(DaemonInfo.idle(offer.name(), offer.bundle(), DaemonInfo.State.OFFERED, ""));
            }
        }
        return infos;
    }

    @Override
    public HostBase base() {
        return base;
    }

    @Override
    public Watchdog watchdog() {
        return policies.watchdog();
    }

    @Override
    public HostCounters counters() {
        return policies.counters();
    }

    /** Ends all daemons. */
    public void close() {
        catalog.ignore(this);
        base.allocator().onLow(_ -> {});
        exclusively(() -> {
            closed = true;
            for (Place place : places) {
                DaemonInstance running = place.running();
                if (running != null) {
                    place.leaves();
                    exits.add(running.end(Fault.none(ExitRecord.MACHINE_CLOSED, "the machine was closed")));
                }
            }
        });
    }
}
