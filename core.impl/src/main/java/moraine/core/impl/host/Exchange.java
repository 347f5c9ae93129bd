package moraine.core.impl.host;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import moraine.core.api.model.Event;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Plan;
import moraine.core.api.policy.PolicyProvider;
import org.jspecify.annotations.Nullable;

/**
 * Puts one policy in the place of another: check, prepare while the old one answers, publish with one write, drain the
 * calls into the old one, end it, convert in the background. Everything up to the publication can refuse and changes
 * nothing; nothing after it can fail. Called by one thread at a time.
 */
final class Exchange {
    /**
     * Why and how an exchange happens.
     *
     * @param kind as reported
     * @param reason as reported; empty for a plain exchange
     * @param exit how the old instance ends
     * @param strict refuse when a page could not be converted in place
     * @param lifecycleNs how long to wait for each of the plug-in's answers
     */
    record Occasion(ExchangeReport.Kind kind, String reason, Fault exit, boolean strict, long lifecycleNs) {}

    private final HostBase base;
    private final Publication publication;
    private final Conversion conversion;
    private final ExitRecords exits;
    private final HostCounters counters;
    private final PolicyInstance.Home home;
    private volatile @Nullable PolicyInstance active;
    private volatile Tally last;

    Exchange(
            HostBase base,
            Publication publication,
            Conversion conversion,
            ExitRecords exits,
            HostCounters counters,
            PolicyInstance.Home home) {
        this.base = base;
        this.publication = publication;
        this.conversion = conversion;
        this.exits = exits;
        this.counters = counters;
        this.home = home;
        String now = base.regimes().current().policy();
        this.last = new Tally(now, now, ExchangeReport.Kind.EXCHANGED, "", 0);
    }

    /** {@return the instance that drives the machine, or null under the last resort} */
    @Nullable
    PolicyInstance active() {
        return active;
    }

    /** {@return the last exchange that happened} */
    Tally last() {
        return last;
    }

    String activeName() {
        return base.regimes().current().policy();
    }

    /** Makes an instance of the offer and puts it in place. @return what happened, REFUSED included */
    ExchangeReport install(Offer<PolicyProvider> offer, InstanceName name, Occasion occasion) {
        var candidate = new PolicyInstance(name, offer, home);
        List<String> refusals = new ArrayList<>();
        Regime regime = prepare(candidate, offer, occasion, refusals);
        if (regime == null) {
            candidate.end(Fault.none(ExitRecord.BY_OPERATOR, "refused"));
            return refused(name + ": " + String.join("; ", refusals));
        }
        return replace(candidate, regime, occasion);
    }

    /** Asks the candidate for everything that can be refused. @return what it would publish, or null */
    private @Nullable Regime prepare(
            PolicyInstance candidate, Offer<PolicyProvider> offer, Occasion occasion, List<String> refusals) {
        String refusal = candidate.check(occasion.lifecycleNs());
        if (refusal == null) {
            refusal = candidate.create(occasion.lifecycleNs());
        }
        if (refusal != null) {
            refusals.add(refusal);
            return null;
        }
        PolicyInstance.Planned planned = candidate.plan(occasion.lifecycleNs());
        Plan plan = planned.plan();
        if (plan == null || !planned.refusal().isEmpty()) {
            refusals.add(planned.refusal());
            return null;
        }
        return compile(candidate.name().toString(), base.movers().intern(offer.bundle()), plan, occasion, refusals);
    }

    private @Nullable Regime compile(String policy, int mover, Plan plan, Occasion occasion, List<String> refusals) {
        Regime regime;
        try {
            regime = publication.compile(policy, mover, plan);
        } catch (MoraineException e) {
            refusals.add("its plan is illegal: " + e.getMessage());
            return null;
        }
        long stuck = occasion.strict() ? conversion.notInPlace(regime) : 0;
        if (stuck > 0) {
            refusals.add(stuck + " pages could not be converted in place; exchange without --strict to let them move");
            return null;
        }
        return regime;
    }

    ExchangeReport refused(String reason) {
        counters.refusals.increment();
        String now = activeName();
        return new ExchangeReport(now, now, ExchangeReport.Kind.REFUSED, reason, 0, 0, 0, 0);
    }

    /** Puts the constant plan in place; runs no code of a plug-in before the old one's end. */
    ExchangeReport installLastResort(Occasion occasion) {
        return replace(null, publication.lastResort(), occasion);
    }

    private ExchangeReport replace(@Nullable PolicyInstance now, Regime regime, Occasion occasion) {
        PolicyInstance old = active;
        String oldName = activeName();
        long pauseNs = publication.publish(regime);
        active = now;
        var tally = new Tally(oldName, regime.policy(), occasion.kind(), occasion.reason(), pauseNs);
        last = tally;
        boolean thrownOut = occasion.kind() == ExchangeReport.Kind.EJECTED;
        base.events().record(thrownOut ? Event.Kind.EJECTION : Event.Kind.EXCHANGE, -1, -1, 0, 0, null);
        if (old != null) {
            exits.add(old.end(occasion.exit()));
        }
        conversion.begin(tally);
        return tally.report();
    }

    /** Asks the active policy for a new plan, for nodes or devices changed; a policy that has none is thrown out. */
    void refresh() {
        PolicyInstance instance = active;
        if (instance == null) {
            installLastResort(occasion("nodes changed"));
            return;
        }
        PolicyInstance.Planned planned = instance.plan(base.limits().lifecycleNs());
        List<String> refusals = new ArrayList<>();
        Plan plan = planned.plan();
        Regime before = base.regimes().current();
        Regime regime = plan == null
                ? null
                : compile(before.policy(), before.mover(), plan, occasion("nodes changed"), refusals);
        if (regime == null) {
            String why = plan == null ? planned.refusal() : String.join("; ", refusals);
            eject(instance, new Fault(ExitRecord.ILLEGAL_ANSWERS, "plan", "no plan after nodes changed: " + why, ""));
        } else {
            republish(instance, regime);
        }
    }

    private Occasion occasion(String reason) {
        Fault exit = Fault.none(ExitRecord.BY_OPERATOR, reason);
        return new Occasion(
                ExchangeReport.Kind.EXCHANGED,
                reason,
                exit,
                false,
                base.limits().lifecycleNs());
    }

    /** Brings another plan of the active instance into force. */
    void republish(PolicyInstance instance, Regime regime) {
        if (active == instance) {
            publication.publish(regime);
            conversion.begin(last);
        }
    }

    /** Throws an instance out, if it still is the active one. */
    void eject(PolicyInstance instance, Fault fault) {
        if (active == instance) {
            counters.ejections.increment();
            installLastResort(new Occasion(ExchangeReport.Kind.EJECTED, fault.reason(), fault, false, 0));
        }
    }

    /** Ends the active instance with the machine; the regime stays for what is still under way. */
    void close() {
        PolicyInstance old = active;
        active = null;
        if (old != null) {
            exits.add(old.end(Fault.none(ExitRecord.MACHINE_CLOSED, "the machine was closed")));
        }
    }

    /** {@return whether the active instance is of that provider and has these parameters} */
    boolean runs(Offer<PolicyProvider> offer, Parameters parameters) {
        PolicyInstance now = active;
        return now != null && now.isOf(offer) && Objects.equals(now.name().parameters(), parameters);
    }
}
