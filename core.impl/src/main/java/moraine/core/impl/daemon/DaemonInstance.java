package moraine.core.impl.daemon;

import moraine.core.api.daemon.Daemon;
import moraine.core.api.daemon.DaemonProvider;
import moraine.core.api.model.DaemonInfo;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.Verdict;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Clock;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Step;
import moraine.core.impl.host.Fault;
import moraine.core.impl.host.Guard;
import moraine.core.impl.host.HostBase;
import moraine.core.impl.host.HostCounters;
import moraine.core.impl.host.InstanceName;
import moraine.core.impl.host.Lifecycle;
import moraine.core.impl.host.Offer;
import moraine.core.impl.host.RevocableView;
import moraine.core.impl.host.Slot;
import moraine.core.impl.host.Waits;
import moraine.core.impl.host.Watchdog;
import org.jspecify.annotations.Nullable;

/**
 * One daemon of one machine, from check to exit. Its ticks run on an actor of its own, so one that hangs holds up
 * nobody else. The plug-in's object is referenced from here alone, and only until the end.
 */
final class DaemonInstance {
    /** The shortest time between two ticks, so that time goes on whatever a daemon asks for. */
    static final long SHORTEST_NS = 1_000;
    /** When a tick that threw comes again. */
    static final long AGAIN_NS = 1_000_000;

    /** What an instance needs of the host. */
    interface Home {
        HostBase base();

        Watchdog watchdog();

        HostCounters counters();

        /** Queues the ejection. */
        void eject(DaemonInstance instance, Fault fault);
    }

    private final InstanceName name;
    private final String bundle;
    private final Home home;
    private final Environment environment;
    private final Guard guard;
    private final Lifecycle lifecycle;
    private final Slot slot = new Slot();
    private final DaemonRoom room;
    private final TickImpl tick;
    private final DaemonContextImpl context;
    private final long startNs;
    private volatile @Nullable Offer<DaemonProvider> offer;
    private volatile @Nullable Daemon target;
    private volatile @Nullable Actor actor;
    private boolean wakesOnPressure;

    DaemonInstance(InstanceName name, Offer<DaemonProvider> offer, Home home, DaemonRooms rooms, Budget budget) {
        HostBase base = home.base();
        this.name = name;
        this.offer = offer;
        this.bundle = offer.bundle();
        this.home = home;
        this.environment = base.environment();
        this.guard = new Guard(base.limits(), home.counters(), fault -> home.eject(this, fault));
        this.lifecycle = new Lifecycle(environment, actorName() + "-host", base.homeNode(), guard);
        this.room = rooms.open(base.homeNode());
        int mover = base.movers().intern(bundle);
        this.tick = new TickImpl(name.toString(), environment.clock(), guard, room, budget, mover, slot);
        this.context = new DaemonContextImpl(name.toString(), base.view(), environment.random("daemon " + name), tick);
        this.startNs = environment.clock().nowNs();
    }

    private String actorName() {
        return "moraine-daemon-" + name.family();
    }

    /** {@return whether it was made by this provider} */
    boolean isOf(Offer<DaemonProvider> other) {
        return offer == other;
    }

    /** Checks, makes and starts the daemon. @return why not, or null */
    @Nullable
    String begin(DaemonProvider provider) {
        long deadlineNs = home.base().limits().lifecycleNs();
        String refusal = check(provider, deadlineNs);
        if (refusal == null) {
            refusal = create(provider, deadlineNs);
        }
        if (refusal == null) {
            home.watchdog().watch(slot, this::stalled);
            actor = environment.actors().startBeside(actorName(), home.base().homeNode(), this::step);
        }
        return refusal;
    }

    private @Nullable String check(DaemonProvider provider, long deadlineNs) {
        var view = new RevocableView(name.toString(), home.base().view());
        var answer = new Lifecycle.Answer<Verdict>();
        String refusal =
                lifecycle.ask("check", () -> answer.value = provider.check(view, name.parameters()), deadlineNs);
        view.revoke();
        return refusal == null ? Lifecycle.refusal(answer.value) : refusal;
    }

    private @Nullable String create(DaemonProvider provider, long deadlineNs) {
        var answer = new Lifecycle.Answer<Daemon>();
        String refusal = lifecycle.ask("create", () -> make(provider, answer), deadlineNs);
        Daemon made = answer.value;
        if (refusal == null && made == null) {
            return "create() answered null; it must answer with a daemon";
        }
        target = made;
        return refusal;
    }

    private void make(DaemonProvider provider, Lifecycle.Answer<Daemon> answer) {
        Daemon made = provider.create(context, name.parameters());
        wakesOnPressure = made != null && made.wakesOnPressure();
        answer.value = made;
    }

    private Step.Progress step(Actor self) {
        Daemon daemon = target;
        if (daemon == null || guard.tripped()) {
            return Step.Progress.DONE;
        }
        long waitNs = call(daemon);
        if (waitNs != Daemon.NEVER) {
            long nowNs = environment.clock().nowNs();
            self.wakeAt(nowNs + Math.clamp(waitNs, SHORTEST_NS, Long.MAX_VALUE - nowNs));
        }
        return Step.Progress.IDLE;
    }

    private long call(Daemon daemon) {
        boolean timed = guard.call();
        Clock clock = environment.clock();
        long begunNs = clock.nowNs();
        tick.begin();
        slot.enter("tick");
        try {
            return daemon.tick(tick);
        } catch (Throwable thrown) {
            guard.thrown(Fault.thrown("tick", thrown));
            return AGAIN_NS;
        } finally {
            slot.exit();
            tick.end();
            if (timed) {
                home.counters().timed(clock.nowNs() - begunNs);
            }
        }
    }

    private void stalled(long ns) {
        String stack = slot.interrupt();
        guard.stalled(
                new Fault(ExitRecord.STALL, "tick", "tick() did not return within " + ns / 1_000_000 + " ms", stack));
    }

    /** Makes the next tick come now if pressure is to wake the daemon; any thread. */
    void pressure() {
        Actor mine = actor;
        if (wakesOnPressure && mine != null) {
            mine.wake();
        }
    }

    DaemonInfo info(DaemonInfo.State state, String reason) {
        return new DaemonInfo(
                name.toString(), bundle, tick.ticks(), tick.scanned(), tick.acted(), tick.spentNs(), state, reason);
    }

    /** Ends the daemon: no tick any more, plug-in closed, context revoked, actors joined, nothing of it kept. */
    ExitRecord end(Fault why) {
        Daemon daemon = target;
        target = null;
        tick.revoke();
        long deadlineNs = home.base().limits().drainNs();
        boolean ended = join(deadlineNs);
        if (daemon != null && ended) {
            lifecycle.ask("close", daemon::close, home.base().limits().lifecycleNs());
        }
        context.revoke();
        home.watchdog().forget(slot);
        boolean left = !lifecycle.end(deadlineNs) || !ended;
        if (Waits.until(environment, tick::quiet, deadlineNs)) {
            room.close();
        }
        offer = null;
        String held = left ? "; its thread did not return, its classes stay loaded" : "";
        long uptimeNs = environment.clock().nowNs() - startNs;
        return new ExitRecord(
                name.toString(), bundle, why.kind(), why.reason() + held, why.callback(), why.stack(), uptimeNs);
    }

    /** Ends the actor. @return whether it has; if not, it was interrupted and left */
    private boolean join(long deadlineNs) {
        Actor mine = actor;
        if (mine == null) {
            return true;
        }
        mine.stop();
        if (Waits.until(environment, mine::done, deadlineNs)) {
            return true;
        }
        slot.interrupt();
        home.counters().abandoned(1);
        return false;
    }
}
