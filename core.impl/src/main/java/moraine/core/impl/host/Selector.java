package moraine.core.impl.host;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Nearest;
import moraine.core.api.model.Parameters;
import moraine.core.api.policy.PolicyProvider;
import moraine.core.api.time.Clock;

/** Chooses among the providers that are there, on request and when they come and go. Called under the permit. */
final class Selector {
    private static final String ANY = "*";

    private final Catalog<PolicyProvider> catalog;
    private final Exchange exchange;
    private final HostCounters counters;
    private final Limits limits;
    private final Clock clock;
    private InstanceName wanted = new InstanceName(LastResort.NAME, Parameters.NONE);

    Selector(Catalog<PolicyProvider> catalog, Exchange exchange, HostCounters counters, Limits limits, Clock clock) {
        this.catalog = catalog;
        this.exchange = exchange;
        this.counters = counters;
        this.limits = limits;
        this.clock = clock;
    }

    /** Puts in place what somebody asked for, and remembers it. */
    ExchangeReport use(InstanceName name, boolean strict) {
        ExchangeReport report = to(name, plain("replaced by " + name, strict));
        if (report.kind() == ExchangeReport.Kind.EXCHANGED) {
            wanted = name;
            counters.exchanges.increment();
        }
        return report;
    }

    private Exchange.Occasion plain(String exitReason, boolean strict) {
        Fault exit = Fault.none(ExitRecord.BY_OPERATOR, exitReason);
        return new Exchange.Occasion(ExchangeReport.Kind.EXCHANGED, "", exit, strict, limits.lifecycleNs());
    }

    private ExchangeReport to(InstanceName name, Exchange.Occasion occasion) {
        if (name.family().equals(ANY)) {
            noParameters(name);
            return best(occasion);
        }
        if (name.family().equals(LastResort.NAME)) {
            noParameters(name);
            return exchange.installLastResort(occasion);
        }
        return exchange.install(find(name.family()), name, occasion);
    }

    private static void noParameters(InstanceName name) {
        if (!name.parameters().values().isEmpty()) {
            throw MoraineException.caller(
                    Errno.EINVAL, name.family() + " takes no parameters, but got " + name.parameters());
        }
    }

    private Offer<PolicyProvider> find(String family) {
        for (Offer<PolicyProvider> offer : catalog.offers()) {
            if (offer.name().equals(family)) {
                return offer;
            }
        }
        List<String> names = new ArrayList<>(catalog.names());
        names.add(LastResort.NAME);
        throw MoraineException.caller(Errno.ENOENT, "no policy is named " + family + Nearest.hint(family, names));
    }

    /** Tries all providers, the highest ranking first. */
    private ExchangeReport best(Exchange.Occasion occasion) {
        List<String> reasons = new ArrayList<>();
        for (Offer<PolicyProvider> offer : catalog.offers()) {
            if (exchange.runs(offer, Parameters.NONE)) {
                String now = exchange.activeName();
                return new ExchangeReport(now, now, ExchangeReport.Kind.EXCHANGED, "", 0, 0, 0, 0);
            }
            ExchangeReport report = exchange.install(offer, plainName(offer), occasion);
            if (report.kind() != ExchangeReport.Kind.REFUSED) {
                return report;
            }
            reasons.add(report.reason());
        }
        String why = reasons.isEmpty() ? "no policy is installed" : String.join("; ", reasons);
        return exchange.refused("no policy can drive the machine: " + why);
    }

    private static InstanceName plainName(Offer<PolicyProvider> offer) {
        return new InstanceName(offer.name(), Parameters.NONE);
    }

    /** A provider came: puts it in place when it is what was asked for and did not run, or outranks what runs. */
    void came(Offer<PolicyProvider> offer) {
        if (!catalog.has(offer)) {
            return;
        }
        if (wanted.family().equals(ANY) && outranks(offer)) {
            exchange.install(offer, plainName(offer), plain("outranked by " + offer, /* strict= */ false));
        } else if (wanted.family().equals(offer.name()) && !running(offer.name())) {
            exchange.install(offer, wanted, plain(offer + " came back", /* strict= */ false));
        }
    }

    private boolean outranks(Offer<PolicyProvider> newcomer) {
        for (Offer<PolicyProvider> offer : catalog.offers()) {
            if (offer == newcomer) {
                return true;
            }
            if (exchange.runs(offer, Parameters.NONE)) {
                return false;
            }
        }
        return false;
    }

    private boolean running(String family) {
        PolicyInstance now = exchange.active();
        return now != null && now.name().family().equals(family);
    }

    /**
     * A provider went away: when its instance is the active one, the next provider that can drive the machine takes
     * over, one of the same name first; else the last resort.
     */
    void gone(Offer<PolicyProvider> offer) {
        PolicyInstance old = exchange.active();
        if (old == null || !old.isOf(offer)) {
            return;
        }
        counters.withdrawals.increment();
        long startNs = clock.nowNs();
        List<Offer<PolicyProvider>> next = new ArrayList<>(catalog.offers());
        next.sort(Comparator.comparing(o -> !o.name().equals(offer.name())));
        for (Offer<PolicyProvider> other : next) {
            long leftNs = limits.lifecycleNs() - (clock.nowNs() - startNs);
            InstanceName name = other.name().equals(offer.name()) ? old.name() : plainName(other);
            if (leftNs > 0
                    && exchange.install(other, name, withdrawal(offer, leftNs / 2))
                                    .kind()
                            == ExchangeReport.Kind.WITHDRAWN) {
                return;
            }
        }
        exchange.installLastResort(withdrawal(offer, limits.lifecycleNs()));
    }

    private static Exchange.Occasion withdrawal(Offer<PolicyProvider> offer, long lifecycleNs) {
        String reason = offer.bundle() + " was stopped";
        Fault exit = Fault.none(ExitRecord.BUNDLE_STOPPED, reason);
        return new Exchange.Occasion(ExchangeReport.Kind.WITHDRAWN, reason, exit, false, lifecycleNs);
    }
}
