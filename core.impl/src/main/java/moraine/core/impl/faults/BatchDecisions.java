package moraine.core.impl.faults;

import moraine.core.api.model.Cause;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.Event;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.frames.History;
import moraine.core.impl.host.PolicyCalls;
import moraine.core.impl.host.Regime;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.space.Spaces;
import moraine.core.impl.tables.Pte;
import org.jspecify.annotations.Nullable;

/**
 * Decides for each fault of a batch whether its page moves, is mapped where it is, or is duplicated: the policy's plan,
 * the application's advice and the policy's own say, in this order; and against all of them what would only push pages
 * back and forth.
 */
final class BatchDecisions {
    private final Rooms rooms;
    private final Spaces spaces;
    private final int node;
    private final PolicyCalls calls;
    private final FaultBatch batch;
    private final Thrashing thrashing;
    private final PingPong pingPong;
    private final Neighbourhood neighbourhood;
    private final Agent agent;

    BatchDecisions(Rooms rooms, Spaces spaces, PolicyCalls calls, FaultBatch batch, Thrashing thrashing, Agent agent) {
        this.rooms = rooms;
        this.spaces = spaces;
        this.node = batch.device();
        this.calls = calls;
        this.batch = batch;
        this.thrashing = thrashing;
        this.pingPong = new PingPong(PingPong.Limits.of(rooms.tuning));
        this.neighbourhood = new Neighbourhood(rooms, spaces, node);
        this.agent = agent;
    }

    /** A batch begins: what is brought from now on, it brings. */
    void begin() {
        thrashing.begin(rooms.nowNs());
        pingPong.begin(rooms.nowNs());
    }

    void decide() {
        Regime regime = rooms.regimes.current();
        long half = rooms.allocator.capacity(node) / 2;
        boolean roomy = (long) batch.blocks() * Pages.PER_LARGE <= half;
        int fair = Integer.highestOneBit((int) Math.max(1, half / batch.size()));
        int most = roomy ? Pages.PER_LARGE : Math.min(Pages.PER_LARGE, fair);
        int window = Math.min(regime.migratePages(), Math.min(Pages.PER_LARGE, fair));
        SpaceImpl space = null;
        for (int i = 0; i < batch.size(); i++) {
            if (i == 0 || batch.space(i) != batch.space(i - 1)) {
                space = spaces.byId(batch.space(i));
            }
            plan(i, space, regime, window, roomy);
        }
        neighbourhood.widen(batch, regime.prefetchPercent(), window, most);
        calls.deviceFaults(batch);
        calm();
    }

    private void plan(int index, @Nullable SpaceImpl space, Regime regime, int window, boolean roomy) {
        if (space == null) {
            batch.plan(index, -1, -1, DeviceAction.MAP_REMOTE, 1);
            return;
        }
        long address = batch.address(index);
        long entry = space.table().get(address);
        long pfn = Pte.maps(entry) ? rooms.frames.head(Pte.pfn(entry)) : -1;
        int type = pfn < 0 ? -1 : rooms.frames.type(pfn);
        Intent intent = batch.intent(index);
        DeviceAction action = advised(space, address, intent, regime.action(node, type, intent));
        boolean large = roomy && LargeWindows.large(space, address, entry, regime);
        int resident = pfn < 0 ? -1 : rooms.frames.node(pfn);
        batch.plan(index, pfn, resident, action, large ? Pages.PER_LARGE : window);
    }

    /** {@return what the application's advice makes of the plan's action} */
    private DeviceAction advised(SpaceImpl space, long address, Intent intent, DeviceAction planned) {
        if (!intent.writes() && space.hints().readMostly(address)) {
            return DeviceAction.DUPLICATE_READ_ONLY;
        }
        int preferred = space.hints().preferred(address);
        if (preferred < 0) {
            return planned;
        }
        if (preferred == node) {
            return DeviceAction.MIGRATE;
        }
        return rooms.reaches(node, preferred) ? DeviceAction.MAP_REMOTE : planned;
    }

    /** Leaves pages where they are that would only push each other out. */
    private void calm() {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.action(i) == DeviceAction.DUPLICATE_READ_ONLY
                    && batch.intent(i).writes()) {
                batch.decide(i, DeviceAction.MIGRATE, Math.max(1, batch.window(i)));
            }
            long pfn = batch.action(i) == DeviceAction.MIGRATE ? batch.pfn(i) : -1;
            if (pfn < 0) {
                continue;
            }
            long history = rooms.frames.history(pfn);
            if (thrashing.evictedLately(history)) {
                batch.decide(i, DeviceAction.MAP_REMOTE, 1);
            } else {
                appease(i, history);
            }
        }
        if (thrashing.active()) {
            batch.singlePages();
        }
        batch.dropPutOff();
    }

    /** Leaves a page for a while to others that the device and they take from each other. */
    private void appease(int index, long history) {
        int space = batch.space(index);
        long address = batch.address(index);
        if (takenFromHere(history)) {
            switch (pingPong.lost(space, address, History.sinceNs(history))) {
                case GO -> {
                    // nothing is known against it
                }
                case DETECTED -> record(Event.Kind.THRASHING_DETECTED, index);
                case NAP -> {
                    agent.count(Stat.DEVICE_THROTTLED);
                    record(Event.Kind.THROTTLE, index);
                    batch.putOff(index);
                }
                case WAIT -> batch.putOff(index);
                case PIN -> {
                    agent.count(Stat.DEVICE_PINNED_REMOTE);
                    record(Event.Kind.MAP_REMOTE, index);
                    batch.decide(index, DeviceAction.MAP_REMOTE, 1);
                }
                case STAY -> batch.decide(index, DeviceAction.MAP_REMOTE, 1);
            }
        }
        if (pingPong.fought(space, address)) {
            batch.alone(index);
        }
    }

    private boolean takenFromHere(long history) {
        Cause cause = History.cause(history);
        return History.previousNode(history) == node && (cause == Cause.COHERENCE || cause == Cause.PREFETCH);
    }

    private void record(Event.Kind kind, int index) {
        rooms.events.record(kind, node, batch.space(index), batch.address(index), 1, null);
    }
}
