package moraine.core.impl.host;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import moraine.core.api.host.Policies;
import moraine.core.api.model.Errno;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Plan;
import moraine.core.api.model.PolicyInfo;
import moraine.core.api.model.Verdict;
import moraine.core.api.policy.PolicyProvider;
import org.jspecify.annotations.Nullable;

/**
 * Runs the placement policy of one machine. Made before the rooms above frames, with the last resort in force; started
 * when they exist.
 */
public final class PolicyHost implements Policies, Requesters, PolicyInstance.Home, Catalog.Listener<PolicyProvider> {
    /** What exists from {@link #start} on. */
    private record Running(Exchange exchange, Selector selector, Conversion conversion, Moves moves) {}

    private final HostBase base;
    private final Catalog<PolicyProvider> catalog;
    private final Publication publication;
    private final HostCounters counters;
    private final ExitRecords exits;
    private final Watchdog watchdog;
    private final Desk desk;
    private final Permit permit;
    private volatile @Nullable Running running;
    private volatile boolean closed;

    public PolicyHost(HostBase base, Catalog<PolicyProvider> catalog, ExitRecords exits) {
        this.base = base;
        this.catalog = catalog;
        this.exits = exits;
        this.counters = new HostCounters(base.counters());
        this.publication = new Publication(base);
        this.permit = new Permit(base.environment());
        publication.publish(publication.lastResort());
        this.watchdog = new Watchdog(
                base.environment(),
                "moraine-watchdog",
                base.homeNode(),
                base.limits().stallNs());
        this.desk = new Desk(base.environment(), "moraine-host", base.homeNode());
    }

    /** Takes what the rooms above frames do for the host; from now on policies can be used. */
    public void start(Converter converter, PolicyMoves mover) {
        var conversion = new Conversion(base, converter);
        var exchange = new Exchange(base, publication, conversion, exits, counters, this);
        var selector = new Selector(
                catalog, exchange, counters, base.limits(), base.environment().clock());
        var moves = new Moves(base.environment(), base.homeNode(), mover, exchange::active, counters);
        running = new Running(exchange, selector, conversion, moves);
        catalog.listen(this);
    }

    private Running running() {
        Running parts = running;
        if (parts == null) {
            throw new IllegalStateException("the host is not started");
        }
        return parts;
    }

    private @Nullable PolicyInstance instance() {
        Running parts = running;
        return parts == null ? null : parts.exchange.active();
    }

    private void open() {
        if (closed) {
            throw MoraineException.caller(Errno.EBADF, "the machine is closed; make another");
        }
    }

    private <T> T exclusively(Supplier<T> work) {
        return permit.exclusively(10 * base.limits().lifecycleNs(), work);
    }

    private void exclusively(long timeoutNs, Runnable work) {
        permit.exclusively(timeoutNs, () -> {
            work.run();
            return true;
        });
    }

    /** Queues what needs the permit for the host's actor. */
    private void later(Runnable work) {
        desk.post(() -> exclusively(10 * base.limits().lifecycleNs(), work));
    }

    @Override
    public String active() {
        open();
        return base.regimes().current().policy();
    }

    @Override
    public List<PolicyInfo> available() {
        open();
        List<PolicyInfo> all = new ArrayList<>();
        PolicyInstance now = instance();
        all.add(new PolicyInfo(LastResort.NAME, LastResort.BUNDLE, now == null, Verdict.YES));
        for (Offer<PolicyProvider> offer : catalog.offers()) {
            boolean active = now != null && now.isOf(offer);
            all.add(new PolicyInfo(offer.name(), offer.bundle(), active, verdict(offer)));
        }
        all.sort(Comparator.comparing(PolicyInfo::name).thenComparing(PolicyInfo::bundle));
        return List.copyOf(all);
    }

    private Verdict verdict(Offer<PolicyProvider> offer) {
        var asked = new PolicyInstance(new InstanceName(offer.name(), Parameters.NONE), offer, this);
        String refusal = asked.check(base.limits().lifecycleNs());
        asked.end(Fault.none(ExitRecord.BY_OPERATOR, "asked only"));
        return refusal == null ? Verdict.YES : Verdict.no(refusal);
    }

    @Override
    public ExchangeReport use(String selection, boolean strict) {
        open();
        InstanceName name = InstanceName.parse(selection);
        return exclusively(() -> {
            open();
            return running().selector.use(name, strict);
        });
    }

    @Override
    public ExchangeReport settle() {
        open();
        Running parts = running();
        base.environment().actors().await(parts.conversion::settled, Long.MAX_VALUE);
        return parts.exchange.last().report();
    }

    @Override
    public List<ExitRecord> exits() {
        return exits.list();
    }

    @Override
    public PolicyCalls requester(String name, int initiator) {
        return new Requester(name, initiator, this::instance, base.frames());
    }

    /** Nodes or devices changed: asks the active policy for a plan that fits, now or right after another exchange. */
    public void refresh() {
        inTime(() -> running().exchange.refresh());
    }

    /** Returns within a deadline; what another exchange holds up is done right after that. */
    private void inTime(Runnable work) {
        try {
            exclusively(base.limits().lifecycleNs(), work);
        } catch (MoraineException e) {
            later(work);
        }
    }

    @Override
    public void came(Offer<PolicyProvider> offer) {
        later(() -> running().selector.came(offer));
    }

    @Override
    public void gone(Offer<PolicyProvider> offer) {
        inTime(() -> running().selector.gone(offer));
    }

    @Override
    public void eject(PolicyInstance instance, Fault fault) {
        later(() -> running().exchange.eject(instance, fault));
    }

    @Override
    public void replan(PolicyInstance instance, Plan plan) {
        if (instance() != instance) {
            throw MoraineException.caller(
                    Errno.EAGAIN, instance.name() + " is not active; answer with the plan from plan()");
        }
        Regime before = base.regimes().current();
        try {
            Regime regime = publication.compile(before.policy(), before.mover(), plan);
            later(() -> running().exchange.republish(instance, regime));
        } catch (MoraineException e) {
            instance.guard().illegal("replan", String.valueOf(e.getMessage()), 1);
            throw e;
        }
    }

    @Override
    public void migrate(PolicyInstance instance, MoveRequest request) {
        if (instance() == instance) {
            running().moves.add(instance, request, base.regimes().current().mover());
        }
    }

    @Override
    public void lack(PolicyInstance instance, int space, long pages, int node) {
        if (instance() == instance) {
            running().moves.lack(space, pages, node);
        }
    }

    @Override
    public HostBase base() {
        return base;
    }

    @Override
    public HostCounters counters() {
        return counters;
    }

    @Override
    public Watchdog watchdog() {
        return watchdog;
    }

    public Desk desk() {
        return desk;
    }

    /** Ends the policy and what moves pages for it; the regime stays for what is still under way. */
    public void close() {
        catalog.ignore(this);
        exclusively(10 * base.limits().lifecycleNs(), () -> {
            closed = true;
            Running parts = running;
            if (parts != null) {
                parts.exchange.close();
                parts.moves.close();
                parts.conversion.close();
            }
        });
    }

    /** Ends the host's other actors, which devices need until they are closed. */
    public void closeActors() {
        desk.close();
        watchdog.close();
    }
}
