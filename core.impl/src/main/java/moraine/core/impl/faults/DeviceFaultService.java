package moraine.core.impl.faults;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.model.Event;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Cost;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.host.PolicyCalls;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.space.Spaces;
import moraine.core.impl.tables.Pte;

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
    private final FaultBatch batch;
    private final Agent agent;
    private final BatchDecisions decisions;
    private final BatchMoves moves;
    private final BatchInstalls installs;
    private final AtomicInteger state = new AtomicInteger(IDLE);
    private final LongAdder steps = new LongAdder();

    public DeviceFaultService(
            Rooms rooms, Spaces spaces, CpuFaults faults, int node, DeviceDriver driver, PolicyCalls calls) {
        this.rooms = rooms;
        this.spaces = spaces;
        this.node = node;
        this.driver = driver;
        this.batch = new FaultBatch(node, rooms.tuning.faultBatch);
        this.agent = rooms.newAgent(rooms.home(node));
        var thrashing = new Thrashing(node, rooms.tuning);
        this.decisions = new BatchDecisions(rooms, spaces, calls, batch, thrashing, agent);
        this.moves = new BatchMoves(rooms, spaces, calls, batch, thrashing, agent);
        this.installs = new BatchInstalls(rooms, spaces, faults, driver, batch, agent);
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
        decisions.begin();
        agent.count(Stat.DEVICE_BATCHES);
        agent.count(Stat.DEVICE_FAULTS, batch.size());
        rooms.charge(Cost.DEVICE_FAULT_BATCH, node, node, node, batch.size());
        rooms.events.record(Event.Kind.DEVICE_FAULT_BATCH, node, batch.space(0), batch.address(0), batch.size(), null);
        bringBack();
        decisions.decide();
        rooms.world.enter(agent);
        try {
            moves.move();
        } finally {
            rooms.world.exit(agent);
        }
        installs.install();
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

    /** Serves no more; the agent is given back, by a call that is still under way when there is one. */
    public void close() {
        if (state.getAndSet(CLOSED) == IDLE) {
            rooms.retire(agent);
        }
    }
}
