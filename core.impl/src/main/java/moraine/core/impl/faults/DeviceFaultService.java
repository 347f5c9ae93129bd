package moraine.core.impl.faults;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.model.Cause;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Event;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Cost;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.exclusive.ExclusiveFaults;
import moraine.core.impl.frames.History;
import moraine.core.impl.host.PolicyCalls;
import moraine.core.impl.host.Regime;
import moraine.core.impl.migration.Batch;
import moraine.core.impl.mirror.DeviceTable;
import moraine.core.impl.mirror.Duplicator;
import moraine.core.impl.mirror.RangeFault;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.space.Spaces;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * Serves the faults of one device in batches: drain, sort, drop duplicates, decide, move what is to be moved, install
 * one range a run, replay. Confined to the device's host actor.
 *
 * <p>Progress. A batch is served without waiting for another batch, and holds no lock while the policy is asked. Where
 * the device is full, one round of eviction runs that spares what the batch brought; what still finds no room is mapped
 * where it is, and so is what was evicted lately ({@link Thrashing}), whatever the policy says. Every fault of a batch
 * ends in a translation or in a cancelled launch, unless invalidations kept coming until the deadline, or processors
 * take the page from each other ({@link PingPong}); then it is replayed and faults again.
 */
public final class DeviceFaultService {
    private static final int IDLE = 0;
    private static final int SERVING = 1;
    private static final int CLOSED = 2;

    private final Rooms rooms;
    private final Spaces spaces;
    private final int node;
    private final DeviceDriver driver;
    private final PolicyCalls calls;
    private final RangeFault ranges;
    private final ExclusiveFaults exclusives;
    private final Duplicator duplicator;
    private final boolean atomicsEverywhere;
    private final RoomMaker roomMaker;
    private final FaultBatch batch;
    private final Thrashing thrashing;
    private final PingPong pingPong;
    private final Neighbourhood neighbourhood;
    private final Agent agent;
    private final AtomicInteger state = new AtomicInteger(IDLE);
    private final LongAdder steps = new LongAdder();

    public DeviceFaultService(
            Rooms rooms, Spaces spaces, CpuFaults faults, int node, DeviceDriver driver, PolicyCalls calls) {
        this.rooms = rooms;
        this.spaces = spaces;
        this.node = node;
        this.driver = driver;
        this.calls = calls;
        this.ranges = new RangeFault(rooms, faults);
        this.duplicator = new Duplicator(rooms);
        this.exclusives = new ExclusiveFaults(rooms, faults, ranges);
        this.atomicsEverywhere =
                driver.capabilities().atomics() && driver.capabilities().coherent();
        this.roomMaker = new RoomMaker(rooms, calls, node);
        this.batch = new FaultBatch(node, rooms.tuning.faultBatch);
        this.thrashing = new Thrashing(node, rooms.tuning);
        this.pingPong = new PingPong(PingPong.Limits.of(rooms.tuning));
        this.neighbourhood = new Neighbourhood(rooms, spaces, node);
        this.agent = rooms.newAgent(rooms.home(node));
        agent.directReclaim().progress(steps::sum);
    }

    /** Steps of blocks of the device came to their end, any thread. */
    public void stepsEnded(long count) {
        steps.add(count);
    }

    /** Serves one batch, and those that its last range fault needs beyond. @return whether there may be more */
    public boolean serve() {
        if (!state.compareAndSet(IDLE, SERVING)) {
            return false;
        }
        try {
            return serveDrained();
        } finally {
            if (!state.compareAndSet(SERVING, IDLE)) {
                rooms.retire(agent);
            }
        }
    }

    private boolean serveDrained() {
        batch.clear();
        while (batch.room() > 0 && driver.drainFaults(batch) > 0) {
            // keep draining: the buffer may be smaller than a batch
        }
        if (batch.size() == 0) {
            return false;
        }
        do {
            serveBatch();
        } while (batch.proceed());
        driver.replay();
        return true;
    }

    private void serveBatch() {
        batch.arrange();
        thrashing.begin(rooms.nowNs());
        pingPong.begin(rooms.nowNs());
        agent.count(Stat.DEVICE_BATCHES);
        agent.count(Stat.DEVICE_FAULTS, batch.size());
        rooms.charge(Cost.DEVICE_FAULT_BATCH, node, node, node, batch.size());
        rooms.events.record(Event.Kind.DEVICE_FAULT_BATCH, node, batch.space(0), batch.address(0), batch.size(), null);
        bringBack();
        decide();
        rooms.world.enter(agent);
        try {
            move();
        } finally {
            rooms.world.exit(agent);
        }
        install();
    }

    /** Brings swapped pages back before it is decided where they go. One that fails is met again when it is mapped. */
    private void bringBack() {
        for (int i = 0; i < batch.size(); ) {
            SpaceImpl space = spaces.byId(batch.space(i));
            long address = batch.address(i);
            int first = i++;
            while (i < batch.size()
                    && batch.space(i) == batch.space(first)
                    && batch.address(i) == batch.address(i - 1) + Pages.SIZE) {
                i++;
            }
            for (int page = 0; space != null && page < i - first; page++) {
                long at = address + (long) page * Pages.SIZE;
                if (Pte.kind(space.table().get(at)) == Pte.SWAPPED) {
                    rooms.swap.bring(agent, space, at, i - first - page, node);
                }
            }
        }
    }

    private void decide() {
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

    private void move() {
        for (int i = 0; i < batch.size(); ) {
            i = batch.action(i) == DeviceAction.MIGRATE ? moveWindow(i) : i + 1;
        }
    }

    /** Moves the window of a fault. @return the first fault beyond it */
    private int moveWindow(int first) {
        long bytes = (long) Math.max(1, batch.window(first)) * Pages.SIZE;
        long start = batch.address(first) & -bytes;
        long end = start + bytes;
        int next = first + 1;
        while (next < batch.size()
                && batch.space(next) == batch.space(first)
                && batch.address(next) < end
                && batch.action(next) == DeviceAction.MIGRATE) {
            next++;
        }
        SpaceImpl space = spaces.byId(batch.space(first));
        Vma vma = space == null ? null : space.vmas().find(batch.address(first));
        if (space != null && vma != null && vma.protection().allows(Intent.READ)) {
            start = Math.max(start, vma.start());
            end = Math.min(end, vma.end());
            long hotEnd = batch.address(next - 1) + Pages.SIZE;
            migrate(space, start, end, batch.address(first), hotEnd);
        }
        return next;
    }

    private void migrate(SpaceImpl space, long start, long end, long hotStart, long hotEnd) {
        int moved = attempt(space, start, end, hotStart, hotEnd);
        Batch slots = agent.batch();
        int wanted = (int) (end - start >>> Pages.SHIFT) - moved - slots.already();
        if (slots.full() && roomMaker.makeRoom(agent, wanted, thrashing.batchStartNs())) {
            moved += attempt(space, start, end, hotStart, hotEnd);
        }
        if (moved > 0) {
            rooms.events.record(Event.Kind.MIGRATION, node, space.id(), start, moved, Cause.COHERENCE);
        }
    }

    private int attempt(SpaceImpl space, long start, long end, long hotStart, long hotEnd) {
        long stamp = space.lockShared();
        try {
            if (space.closed()) {
                return 0;
            }
            agent.batch()
                    .order()
                    .to(
                            node,
                            Reason.DEVICE_FAULT,
                            Cause.COHERENCE,
                            rooms.regimes.current().mover())
                    .hot(hotStart, hotEnd)
                    .withHoles();
            return agent.batch().moveRange(space, start, end);
        } finally {
            space.unlockShared(stamp);
        }
    }

    private void install() {
        for (int i = 0; i < batch.size(); ) {
            i = wantsAlone(i) ? installAlone(i) : installRun(i);
        }
    }

    private boolean wantsAlone(int index) {
        return batch.action(index) == DeviceAction.EXCLUSIVE
                || batch.intent(index) == Intent.ATOMIC && !atomicsEverywhere;
    }

    /** Installs what the device is to have exclusively, a page. @return the next fault */
    private int installAlone(int index) {
        SpaceImpl space = spaces.byId(batch.space(index));
        DeviceTable table = space == null ? null : space.devices().table(node);
        Errno outcome = Errno.EBADF;
        if (table != null) {
            boolean chosen = batch.action(index) == DeviceAction.EXCLUSIVE;
            rooms.world.enter(agent);
            try {
                outcome = exclusives.serve(agent, table, batch.address(index), batch.intent(index), chosen);
            } finally {
                rooms.world.exit(agent);
            }
        }
        if (outcome != Errno.OK && outcome != Errno.EBUSY) {
            cancel(index, index + 1, outcome);
        }
        return index + 1;
    }

    /** Makes one range request for faults on neighbouring pages. @return the first fault beyond them */
    private int installRun(int first) {
        int next = first + 1;
        while (next < batch.size()
                && batch.space(next) == batch.space(first)
                && batch.intent(next) == batch.intent(first)
                && !wantsAlone(next)
                && batch.address(next) == batch.address(next - 1) + Pages.SIZE) {
            next++;
        }
        SpaceImpl space = spaces.byId(batch.space(first));
        DeviceTable table = space == null ? null : space.devices().table(node);
        if (table == null) {
            cancel(first, next, Errno.EBADF);
            return next;
        }
        if (!batch.continues(first)) {
            agent.count(Stat.DEVICE_RANGES);
        }
        neighbours(table, first, next);
        for (int at = first; at < next; at += Pages.PER_LARGE) {
            int beyond = Math.min(next, at + Pages.PER_LARGE);
            boolean all = duplicate(table, at, beyond);
            Errno outcome = populate(table, batch.address(at), beyond - at, batch.intent(at));
            if (!all && outcome == Errno.OK) {
                duplicate(table, at, beyond);
                outcome = populate(table, batch.address(at), beyond - at, batch.intent(at));
            }
            if (outcome != Errno.OK && outcome != Errno.EBUSY) {
                oneByOne(table, at, beyond);
            }
        }
        return next;
    }

    /**
     * Duplicates the pages of neighbouring faults for which that was decided. What comes home only when the range is
     * populated is met the second time; what cannot be duplicated is mapped where it is.
     *
     * @return whether nothing is left to try
     */
    private boolean duplicate(DeviceTable table, int first, int next) {
        boolean all = true;
        for (int i = first; i < next; ) {
            int at = i;
            while (i < next && i - at < duplicator.most() && batch.action(i) == DeviceAction.DUPLICATE_READ_ONLY) {
                i++;
            }
            if (i > at) {
                rooms.world.enter(agent);
                try {
                    all &= duplicator.run(agent, table, batch.address(at), i - at) == i - at;
                } finally {
                    rooms.world.exit(agent);
                }
            } else {
                i++;
            }
        }
        return all;
    }

    /** Mirrors what came along with the moved pages, and what was there already. */
    private void neighbours(DeviceTable table, int first, int next) {
        if (batch.action(first) != DeviceAction.MIGRATE || batch.window(first) <= 1) {
            return;
        }
        long bytes = (long) batch.window(first) * Pages.SIZE;
        Vma vma = table.space().vmas().find(batch.address(first));
        if (vma == null || !vma.protection().allows(Intent.READ)) {
            return;
        }
        long start = Math.max(vma.start(), batch.address(first) & -bytes);
        long end = Math.min(vma.end(), (batch.address(next - 1) & -bytes) + bytes);
        for (long at = start; at < end; at += Pages.LARGE_SIZE) {
            int pages = (int) (Math.min(end - at, Pages.LARGE_SIZE) >>> Pages.SHIFT);
            adopt(table, at, pages);
        }
    }

    private void oneByOne(DeviceTable table, int first, int next) {
        for (int i = first; i < next; i++) {
            Errno outcome = populate(table, batch.address(i), 1, batch.intent(i));
            if (outcome != Errno.OK && outcome != Errno.EBUSY) {
                cancel(i, i + 1, outcome);
            }
        }
    }

    private Errno populate(DeviceTable table, long start, int pages, Intent intent) {
        rooms.world.enter(agent);
        try {
            return ranges.populate(agent, table, start, pages, intent);
        } finally {
            rooms.world.exit(agent);
            rooms.cache.after(agent);
        }
    }

    private void adopt(DeviceTable table, long start, int pages) {
        rooms.world.enter(agent);
        try {
            ranges.adopt(agent, table, start, pages);
        } finally {
            rooms.world.exit(agent);
        }
    }

    private void cancel(int first, int next, Errno why) {
        for (int i = first; i < next; i++) {
            driver.cancel(batch.space(i), batch.address(i), why);
        }
    }

    /** Serves no more; the agent is given back, by a call that is still under way when there is one. */
    public void close() {
        if (state.getAndSet(CLOSED) == IDLE) {
            rooms.retire(agent);
        }
    }
}
