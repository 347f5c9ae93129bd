package moraine.core.impl.host;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import moraine.core.api.model.Cause;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.Plan;
import moraine.core.api.model.Verdict;
import moraine.core.api.policy.AccessSample;
import moraine.core.api.policy.DeviceFaults;
import moraine.core.api.policy.Hint;
import moraine.core.api.policy.PlacementPolicy;
import moraine.core.api.policy.PolicyProvider;
import moraine.core.api.policy.Pressure;
import org.jspecify.annotations.Nullable;

/**
 * One policy instance of one machine, from check to exit. The plug-in's object is referenced from here alone, and only
 * until the end.
 */
final class PolicyInstance {
    /** What an instance needs of the host. */
    interface Home {
        HostBase base();

        Watchdog watchdog();

        HostCounters counters();

        /** Queues the ejection. */
        void eject(PolicyInstance instance, Fault fault);

        /** Checks the plan, throws EINVAL, and queues its publication. */
        void replan(PolicyInstance instance, Plan plan);

        void migrate(PolicyInstance instance, MoveRequest request);

        /** Notes what a policy did not ask for, for want of room. */
        void lack(PolicyInstance instance, int space, long pages, int node);
    }

    private final InstanceName name;
    private final String bundle;
    private final Home home;
    private final Guard guard;
    private final Lifecycle lifecycle;
    private final PolicyContextImpl context;
    private final long startNs;
    private final List<Line> lines = new ArrayList<>();
    private volatile @Nullable Offer<PolicyProvider> offer;
    private volatile @Nullable PlacementPolicy target;
    private volatile boolean closing;
    private boolean hearsFaults;
    private boolean hearsPressure;
    private boolean hearsCounters;
    private boolean hearsHints;

    PolicyInstance(InstanceName name, Offer<PolicyProvider> offer, Home home) {
        this.name = name;
        this.offer = offer;
        this.bundle = offer.bundle();
        this.home = home;
        this.guard = new Guard(home.base().limits(), home.counters(), fault -> home.eject(this, fault));
        this.lifecycle = new Lifecycle(
                home.base().environment(),
                "moraine-policy-" + name.family(),
                home.base().homeNode(),
                guard);
        this.startNs = home.base().environment().clock().nowNs();
        this.context = new PolicyContextImpl(
                name.toString(),
                home.base().view(),
                home.base().environment().random("policy " + name),
                new Requests());
    }

    /** Requests of the plug-in, as this instance's. */
    private final class Requests implements PolicyContextImpl.Requests {
        @Override
        public void replan(Plan plan) {
            home.replan(PolicyInstance.this, Objects.requireNonNull(plan, "plan"));
        }

        @Override
        public void migrate(int space, long address, long bytes, int node, Cause cause) {
            home.migrate(PolicyInstance.this, MoveRequest.of(space, address, bytes, node, cause));
        }

        @Override
        public void lack(int space, long pages, int node) {
            home.lack(PolicyInstance.this, space, pages, node);
        }
    }

    InstanceName name() {
        return name;
    }

    /** {@return symbolic name and version} */
    String bundle() {
        return bundle;
    }

    /** {@return whether it was made by this provider} */
    boolean isOf(Offer<PolicyProvider> other) {
        return offer == other;
    }

    Guard guard() {
        return guard;
    }

    /** {@return whether the policy implements the callback itself} */
    boolean hearsFaults() {
        return hearsFaults;
    }

    boolean hearsPressure() {
        return hearsPressure;
    }

    boolean hearsCounters() {
        return hearsCounters;
    }

    boolean hearsHints() {
        return hearsHints;
    }

    /** {@return the plug-in, or null when it has ended or been thrown out} */
    @Nullable
    PlacementPolicy target() {
        return guard.tripped() ? null : target;
    }

    private PolicyProvider provider() {
        Offer<PolicyProvider> from = offer;
        if (from == null) {
            throw RevocableView.revoked(name.toString());
        }
        return from.provider();
    }

    /** Asks the provider whether it can drive the machine. @return why not, or null */
    @Nullable
    String check(long deadlineNs) {
        var view = new RevocableView(name.toString(), home.base().view());
        var answer = new Lifecycle.Answer<Verdict>();
        PolicyProvider provider = provider();
        String refusal =
                lifecycle.ask("check", () -> answer.value = provider.check(view, name.parameters()), deadlineNs);
        view.revoke();
        if (refusal != null) {
            return refusal;
        }
        return Lifecycle.refusal(answer.value);
    }

    /** Makes the plug-in's object. @return why not, or null */
    @Nullable
    String create(long deadlineNs) {
        var answer = new Lifecycle.Answer<PlacementPolicy>();
        PolicyProvider provider = provider();
        String refusal =
                lifecycle.ask("create", () -> answer.value = provider.create(context, name.parameters()), deadlineNs);
        if (refusal != null) {
            return refusal;
        }
        PlacementPolicy policy = answer.value;
        if (policy == null) {
            return "create() answered null; it must answer with a policy";
        }
        hearsFaults = implementsItself(policy, "onDeviceFaults", DeviceFaults.class);
        hearsPressure = implementsItself(policy, "onPressure", Pressure.class);
        hearsCounters = implementsItself(policy, "onAccessCounters", AccessSample.class);
        hearsHints = implementsItself(policy, "onHint", Hint.class);
        target = policy;
        return null;
    }

    private static boolean implementsItself(PlacementPolicy policy, String callback, Class<?> argument) {
        try {
            return policy.getClass().getMethod(callback, argument).getDeclaringClass() != PlacementPolicy.class;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(callback + " is not a callback of policies", e);
        }
    }

    /** A plan, or why there is none. */
    record Planned(@Nullable Plan plan, String refusal) {}

    Planned plan(long deadlineNs) {
        var answer = new Lifecycle.Answer<Plan>();
        PlacementPolicy policy = target;
        if (policy == null) {
            return new Planned(null, "the policy has ended");
        }
        String refusal = lifecycle.ask("plan", () -> answer.value = policy.plan(context.view()), deadlineNs);
        if (refusal == null && answer.value == null) {
            refusal = "plan() answered null; it must answer with a plan";
        }
        return new Planned(answer.value, refusal == null ? "" : refusal);
    }

    /** {@return a line for a requester, watched; null when the instance is ending} */
    @Nullable
    Line line(String requester, int initiator) {
        var line = new Line(home.base().environment(), "moraine-" + name.family() + "-" + requester, initiator, guard);
        synchronized (lines) {
            if (closing) {
                return null;
            }
            lines.add(line);
        }
        home.watchdog().watch(line.slot(), ns -> guard.stalled(line.stall(ns)));
        return line;
    }

    /** Ends a line whose requester ends. */
    void drop(Line line) {
        synchronized (lines) {
            lines.remove(line);
        }
        home.watchdog().forget(line.slot());
        line.end(home.base().limits().drainNs());
    }

    /** Lets no further call begin and waits for those that run. @return whether all have returned */
    boolean drain(long deadlineNs) {
        for (Line line : closeLines()) {
            line.close();
        }
        return Waits.until(
                home.base().environment(), () -> closeLines().stream().allMatch(Line::drained), deadlineNs);
    }

    private List<Line> closeLines() {
        synchronized (lines) {
            closing = true;
            return List.copyOf(lines);
        }
    }

    /** Ends the instance: calls drained, plug-in closed, context revoked, threads joined, nothing of it kept. */
    ExitRecord end(Fault why) {
        long drainNs = home.base().limits().drainNs();
        boolean drained = drain(drainNs);
        PlacementPolicy policy = target;
        target = null;
        if (policy != null && drained) {
            lifecycle.ask("close", policy::close, home.base().limits().lifecycleNs());
        }
        context.revoke();
        int left = joinAll(drained ? drainNs : drainNs / 8);
        offer = null;
        long uptimeNs = home.base().environment().clock().nowNs() - startNs;
        String held = left == 0 ? "" : "; " + left + " threads did not return, its classes stay loaded";
        return new ExitRecord(
                name.toString(), bundle, why.kind(), why.reason() + held, why.callback(), why.stack(), uptimeNs);
    }

    private int joinAll(long deadlineNs) {
        int left = 0;
        for (Line line : closeLines()) {
            home.watchdog().forget(line.slot());
            left += line.end(deadlineNs) ? 0 : 1;
        }
        synchronized (lines) {
            lines.clear();
        }
        return left + (lifecycle.end(deadlineNs) ? 0 : 1);
    }
}
