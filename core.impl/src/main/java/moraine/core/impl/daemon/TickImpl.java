package moraine.core.impl.daemon;

import java.util.concurrent.atomic.AtomicInteger;
import moraine.core.api.daemon.Fallbacks;
import moraine.core.api.daemon.Folios;
import moraine.core.api.daemon.HintFaults;
import moraine.core.api.daemon.MergeRules;
import moraine.core.api.daemon.Owners;
import moraine.core.api.daemon.Tick;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.time.Clock;
import moraine.core.impl.host.Guard;
import moraine.core.impl.host.RevocableView;
import moraine.core.impl.host.Slot;

/**
 * The ticks of one daemon, one after the other: their budget, their counts, and their end.
 *
 * <p>States: CLOSED between ticks; OPEN during one; BUSY in an operation of it. A revocation lets no operation begin
 * any more; whoever revokes waits for the one under way, which waits for nobody.
 */
final class TickImpl implements Tick {
    private static final int CLOSED = 0;
    private static final int OPEN = 1;
    private static final int BUSY = 2;
    /** Operations in a row that cost no modelled time, after which a tick is over: else its budget never ends. */
    private static final int MOST_STILL = 4096;

    private final String instance;
    private final Clock clock;
    private final Guard guard;
    private final DaemonRoom room;
    private final Budget budget;
    private final int mover;
    private final Slot slot;
    private final AtomicInteger state = new AtomicInteger(CLOSED);
    private volatile boolean revoked;
    private long startNs;
    private long movedPages;
    /** When the last operation began, and how many before it began at that time. */
    private long lastNs;

    private int still;
    private volatile long ticks;
    private volatile long spentNs;
    private volatile long scanned;
    private volatile long acted;

    /**
     * @param mover as histories name the daemon
     * @param slot of the daemon's thread: an operation's time is the host's
     */
    TickImpl(String instance, Clock clock, Guard guard, DaemonRoom room, Budget budget, int mover, Slot slot) {
        this.instance = instance;
        this.clock = clock;
        this.guard = guard;
        this.room = room;
        this.budget = budget;
        this.mover = mover;
        this.slot = slot;
    }

    /** Begins a tick. */
    void begin() {
        startNs = clock.nowNs();
        lastNs = startNs;
        still = 0;
        movedPages = 0;
        state.set(OPEN);
    }

    /** Ends the tick. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // the daemon's actor alone writes
    void end() {
        state.set(CLOSED);
        ticks++;
        spentNs += clock.nowNs() - startNs;
    }

    /** Lets no operation begin any more. */
    void revoke() {
        revoked = true;
    }

    /** {@return whether no operation is under way}; meant for after {@link #revoke} */
    boolean quiet() {
        return state.get() != BUSY;
    }

    long ticks() {
        return ticks;
    }

    long spentNs() {
        return spentNs;
    }

    long scanned() {
        return scanned;
    }

    long acted() {
        return acted;
    }

    private void enter() {
        if (!state.compareAndSet(OPEN, BUSY)) {
            throw over();
        }
        if (revoked) {
            state.set(OPEN);
            throw RevocableView.revoked(instance);
        }
        long now = clock.nowNs();
        still = now == lastNs ? still + 1 : 0;
        lastNs = now;
        slot.enterHost();
    }

    private void exit() {
        slot.exitHost();
        state.set(OPEN);
    }

    private MoraineException over() {
        return MoraineException.caller(
                Errno.EBADF, "a tick of " + instance + " is used after it ended; use the one that is given");
    }

    private void check() {
        if (revoked) {
            throw RevocableView.revoked(instance);
        }
        if (state.get() == CLOSED) {
            throw over();
        }
    }

    @Override
    public long nowNs() {
        check();
        return clock.nowNs();
    }

    @Override
    public boolean mayGoOn() {
        check();
        return left();
    }

    private boolean left() {
        return movedPages < budget.pages() && clock.nowNs() - startNs < budget.timeNs() && still < MOST_STILL;
    }

    private FolioList own(Folios folios) {
        if (folios instanceof FolioList list && list.isOf(this)) {
            return list;
        }
        throw foreign("folios()");
    }

    private MoraineException foreign(String maker) {
        return MoraineException.caller(
                Errno.EINVAL, "the list is not one of " + instance + "; make it with its context's " + maker);
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // the daemon's actor alone writes
    public int scan(int node, Attribute service, Folios into) {
        FolioList list = own(into);
        enter();
        try {
            if (!left()) {
                list.clear(node, service);
                return 0;
            }
            int found = room.scan(node, service, list, startNs + budget.timeNs());
            scanned += pages(list);
            return found;
        } finally {
            exit();
        }
    }

    private static long pages(FolioList list) {
        long pages = 0;
        for (int i = 0; i < list.size(); i++) {
            pages += list.pages(i);
        }
        return pages;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // the daemon's actor alone writes
    public int move(Folios folios, int node, Cause cause) {
        FolioList list = own(folios);
        enter();
        try {
            String refusal = room.refusal(node, cause);
            if (refusal != null) {
                guard.illegal("tick", refusal, 1);
                return 0;
            }
            int moved = left() ? room.move(list, node, cause, mover, budget.pages() - movedPages) : 0;
            movedPages += moved;
            acted += moved;
            return moved;
        } finally {
            exit();
        }
    }

    @Override
    public int fallbacks(Fallbacks into) {
        if (!(into instanceof FallbackList list) || !list.isOf(this)) {
            throw foreign("fallbacks()");
        }
        enter();
        try {
            return room.fallbacks(list);
        } finally {
            exit();
        }
    }

    @Override
    public int hint(Folios folios) {
        FolioList list = own(folios);
        enter();
        try {
            return left() ? room.hint(list, startNs + budget.timeNs()) : 0;
        } finally {
            exit();
        }
    }

    @Override
    public boolean census(int node, Owners into) {
        if (!(into instanceof OwnerList list) || !list.isOf(this)) {
            throw foreign("owners()");
        }
        enter();
        try {
            return left() && room.census(node, list, startNs + budget.timeNs());
        } finally {
            exit();
        }
    }

    @Override
    public int hintFaults(HintFaults into) {
        var list = (HintFaultList) own(into);
        enter();
        try {
            list.clear(-1, Attribute.HINT_FAULTABLE);
            return left() ? room.hintFaults(list) : 0;
        } finally {
            exit();
        }
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // the daemon's actor alone writes
    public int merge(Folios folios, MergeRules rules, long round) {
        FolioList list = own(folios);
        enter();
        try {
            long endNs = startNs + budget.timeNs();
            int freed = left() ? room.merge(list, rules, round, mover, endNs, budget.pages() - movedPages) : 0;
            movedPages += freed;
            acted += freed;
            return freed;
        } finally {
            exit();
        }
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // the daemon's actor alone writes
    public int reclaim(Folios folios) {
        FolioList list = own(folios);
        enter();
        try {
            long endNs = startNs + budget.timeNs();
            int gone = left() ? room.reclaim(list, budget.pages() - movedPages, endNs) : 0;
            movedPages += gone;
            acted += gone;
            return gone;
        } finally {
            exit();
        }
    }
}
