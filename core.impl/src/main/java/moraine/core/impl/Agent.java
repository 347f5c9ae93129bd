package moraine.core.impl;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import moraine.core.api.model.Pages;
import moraine.core.impl.access.AccessContext;
import moraine.core.impl.allocator.Worker;
import moraine.core.impl.cache.Afterwork;
import moraine.core.impl.mempolicy.SetPolicy;
import moraine.core.impl.migration.Batch;
import moraine.core.impl.migration.Evictor;
import moraine.core.impl.reclaim.DirectReclaim;
import org.jspecify.annotations.Nullable;

/**
 * What a thread needs to change memory: its allocator caches, scratch space, counts, and the mark that tells
 * {@link World} that it is at it. Confined to one thread at a time.
 */
public final class Agent {
    private static final VarHandle BUSY;

    static {
        try {
            BUSY = MethodHandles.lookup().findVarHandle(Agent.class, "busy", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Rooms rooms;
    private final Worker worker;
    private final int initiator;
    private final long[] counts = new long[Stat.values().length];
    private final long[] scratch = new long[Pages.PER_LARGE];
    private final Afterwork afterwork = new Afterwork();
    private @Nullable Batch batch;
    private @Nullable Evictor evictor;
    private @Nullable DirectReclaim directReclaim;
    private @Nullable AccessContext context;
    private @Nullable SetPolicy taskPolicy;
    private int depth;

    @SuppressWarnings("UnusedVariable") // through BUSY
    private int busy;

    /** @param initiator node whose processors do what it does, unless it serves a context */
    Agent(Rooms rooms, Worker worker, int initiator) {
        this.rooms = rooms;
        this.worker = worker;
        this.initiator = initiator;
    }

    public Worker worker() {
        return worker;
    }

    /** {@return 512 words that the current operation may use until it calls another} */
    public long[] scratch() {
        return scratch;
    }

    /** Gives a reference back; with the last one the folio is freed (Linux folio_put). */
    public void put(long pfn) {
        if (rooms.frames.put(pfn) == 0) {
            rooms.allocator.free(worker, rooms.frames.head(pfn));
        }
    }

    /** Gives up a folio's lock and a reference; with the last one the folio is freed. */
    public void letGo(long pfn) {
        if (rooms.frames.letGo(pfn) == 0) {
            rooms.allocator.free(worker, rooms.frames.head(pfn));
        }
    }

    /** {@return the slots of this agent's migrations} */
    public Batch batch() {
        Batch now = batch;
        if (now == null) {
            now = new Batch(rooms, this);
            batch = now;
        }
        return now;
    }

    /** {@return what takes pages off nodes for this agent} */
    public Evictor evictor() {
        Evictor now = evictor;
        if (now == null) {
            now = new Evictor(rooms);
            evictor = now;
        }
        return now;
    }

    /** {@return what makes room for touches that this agent serves} */
    public DirectReclaim directReclaim() {
        DirectReclaim now = directReclaim;
        if (now == null) {
            now = new DirectReclaim(rooms, this);
            directReclaim = now;
        }
        return now;
    }

    /** What is refused from now on is refused to another touch, be it of the same page. */
    public void touchEnds() {
        DirectReclaim now = directReclaim;
        if (now != null) {
            now.touchEnds();
        }
    }

    /** {@return what its operations on files leave to be done when no guard is held} */
    public Afterwork afterwork() {
        return afterwork;
    }

    /** {@return the context whose faults this agent serves, or null} */
    public @Nullable AccessContext context() {
        return context;
    }

    public void context(AccessContext own) {
        context = own;
    }

    /** {@return the memory policy of the task whose faults this agent serves, or null} */
    public @Nullable SetPolicy taskPolicy() {
        return taskPolicy;
    }

    public void taskPolicy(@Nullable SetPolicy policy) {
        taskPolicy = policy;
    }

    /** {@return the node whose processors do what it does} */
    public int initiator() {
        AccessContext own = context;
        return own == null ? initiator : own.initiator();
    }

    public void count(Stat stat) {
        counts[stat.ordinal()]++;
    }

    public void count(Stat stat, long amount) {
        counts[stat.ordinal()] += amount;
    }

    long counted(Stat stat) {
        return counts[stat.ordinal()];
    }

    int nest(int change) {
        depth += change;
        return depth;
    }

    void busy(int mark) {
        BUSY.setRelease(this, mark);
    }

    boolean isBusy() {
        return (int) BUSY.getAcquire(this) != 0;
    }
}
