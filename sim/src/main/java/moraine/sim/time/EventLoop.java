package moraine.sim.time;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Clock;
import moraine.core.api.time.Step;
import org.jspecify.annotations.Nullable;

/**
 * One thread that advances the actor with the smallest virtual time by one step, the one created first on a tie. Code
 * outside all steps has an account of its own: it is at the time up to which it awaited actors. Those who work beside
 * the program are awaited only by who waits for what they do, or for time. Single-threaded, so two runs with the same
 * steps are the same to the last bit.
 */
public final class EventLoop implements Actors, Clock {
    private final Timeline timeline = new Timeline();
    private final Account outside = new Account("caller", timeline, 0);
    private final List<Account> accounts = new ArrayList<>(List.of(outside));
    private final List<VirtualActor> live = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private Runnable settle = () -> {};
    private @Nullable VirtualActor current;
    /** Whose busy actors were counted in this step; none at its start. */
    private int busyInitiator = -1;

    private int busyActors;

    EventLoop() {}

    /** Sets what settles charges that were collected but not booked yet, before time is looked at. */
    void beforeLook(Runnable flush) {
        settle = flush;
    }

    /** {@return who pays now: the actor in its step, or the caller outside all steps} */
    Account account() {
        VirtualActor actor = current;
        return actor == null ? outside : actor.account();
    }

    /** {@return {@link #account} with everything booked} */
    Account accountNow() {
        settle.run();
        return account();
    }

    /** {@return how many actors of an initiator have work, at least 1; as of its first use in a step} */
    int busy(int initiator) {
        if (busyInitiator != initiator) {
            busyInitiator = initiator;
            busyActors = countBusy(initiator);
        }
        return busyActors;
    }

    private int countBusy(int initiator) {
        int busy = 0;
        for (int i = 0; i < live.size(); i++) {
            VirtualActor actor = live.get(i);
            if (actor.initiator() == initiator && actor.busy()) {
                busy++;
            }
        }
        return Math.max(1, busy);
    }

    public Timeline timeline() {
        return timeline;
    }

    /** {@return accounts of all actors that ever ran, in the order of their creation; the caller's first} */
    public List<Account> accounts() {
        return List.copyOf(accounts);
    }

    /** {@return what ended actors before their time, oldest first} */
    public List<Throwable> failures() {
        return List.copyOf(failures);
    }

    @Override
    public long nowNs() {
        return (long) accountNow().nowNs();
    }

    @Override
    public boolean virtual() {
        return true;
    }

    @Override
    public Actor start(String name, int initiator, Step step) {
        return add(new Account(name, timeline, accountNow().nowNs()), initiator, step);
    }

    /** Its time is in its account only: the timeline is the program's. */
    @Override
    public Actor startBeside(String name, int initiator, Step step) {
        return add(new Account(name, new Timeline(), accountNow().nowNs()), initiator, step);
    }

    private Actor add(Account account, int initiator, Step step) {
        var actor = new VirtualActor(this, initiator, step, account);
        accounts.add(account);
        live.add(actor);
        return actor;
    }

    @Override
    public boolean await(BooleanSupplier condition, long timeoutNs) {
        if (current != null) {
            throw new IllegalStateException("actor " + current.name() + " awaits within a step; return IDLE instead");
        }
        double deadline = accountNow().nowNs() + timeoutNs;
        var passed = new Passed(timeline, outside.nowNs());
        boolean holds = condition.getAsBoolean();
        while (!holds) {
            VirtualActor next = earliest();
            if (next == null || next.readyNs() > deadline) {
                break;
            }
            run(next);
            passed.stepped(next.account());
            holds = condition.getAsBoolean();
        }
        outside.waitUntil(holds ? passed.fulfilledNs() : passed.latestNs());
        return holds;
    }

    private @Nullable VirtualActor earliest() {
        VirtualActor best = null;
        double bestNs = Double.POSITIVE_INFINITY;
        for (int i = 0; i < live.size(); i++) {
            VirtualActor actor = live.get(i);
            if (actor.done()) {
                live.remove(i--);
            } else if (actor.readyNs() < bestNs) {
                best = actor;
                bestNs = actor.readyNs();
            }
        }
        return best;
    }

    private void run(VirtualActor actor) {
        settle.run();
        current = actor;
        busyInitiator = -1;
        try {
            actor.step();
            settle.run();
        } finally {
            current = null;
        }
        Throwable failure = actor.failure();
        if (failure != null) {
            failures.add(failure);
        }
    }

    @Override
    public void signal() {
        // conditions are looked at after every step
    }

    @Override
    public void pause(int turn) {
        throw new IllegalStateException(
                "a wait loop in virtual time, where nobody else can complete what it waits for");
    }
}
