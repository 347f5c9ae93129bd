package moraine.sim.time;

import moraine.core.api.time.Actor;
import moraine.core.api.time.Step;
import org.jspecify.annotations.Nullable;

/** An entry of the event loop: a step function with its own virtual time. */
final class VirtualActor implements Actor {
    private static final double NEVER = Double.POSITIVE_INFINITY;

    private final EventLoop loop;
    private final int initiator;
    private final Step step;
    private final Account account;
    /** When it may step next: its own time, a later one that it waits for, or never while idle. */
    private double readyNs;

    private boolean stepping;
    private boolean woken;
    private boolean stopped;
    private boolean done;
    private @Nullable Throwable failure;

    VirtualActor(EventLoop loop, int initiator, Step step, Account account) {
        this.loop = loop;
        this.initiator = initiator;
        this.step = step;
        this.account = account;
        this.readyNs = account.nowNs();
    }

    @Override
    public String name() {
        return account.name();
    }

    int initiator() {
        return initiator;
    }

    Account account() {
        return account;
    }

    double readyNs() {
        return readyNs;
    }

    /** {@return whether it has work now, as opposed to being idle or waiting for a time} */
    boolean busy() {
        return !done && (stepping || readyNs <= account.nowNs());
    }

    void step() {
        account.waitUntil(readyNs);
        readyNs = NEVER;
        woken = false;
        stepping = true;
        try {
            finish(step.step(this));
        } catch (RuntimeException | Error e) {
            failure = e;
            done = true;
        } finally {
            stepping = false;
        }
    }

    private void finish(Step.Progress progress) {
        double nowNs = loop.accountNow().nowNs();
        switch (progress) {
            case MORE -> readyNs = nowNs;
            case IDLE -> readyNs = woken ? nowNs : readyNs;
            case DONE -> done = true;
        }
        done |= stopped;
    }

    @Override
    public void wake() {
        woken = true;
        if (!stepping) {
            readyNs = Math.min(
                    readyNs, Math.max(account.nowNs(), loop.accountNow().nowNs()));
        }
    }

    @Override
    public void wakeAt(long timeNs) {
        readyNs = Math.min(readyNs, Math.max((double) timeNs, account.nowNs()));
    }

    @Override
    public void stop() {
        stopped = true;
        done |= !stepping;
    }

    @Override
    public boolean done() {
        return done;
    }

    @Override
    public @Nullable Throwable failure() {
        return failure;
    }
}
