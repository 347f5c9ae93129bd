package moraine.bench;

import moraine.core.api.model.Backing;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Reason;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.allocator.Allocator;
import moraine.core.impl.allocator.Worker;
import moraine.core.impl.frames.Frames;

/** Allocating and freeing single frames, some at a time. */
final class AllocationDuel implements Duel {
    /** As many as stay in a worker's cache. */
    static final int WARM = 64;
    /** More than a worker's cache holds, so that they go through the buddy lists. */
    static final int THROUGH_BUDDY = 4096;

    private static final int PAIRS = 1 << 18;
    private static final long PAGES = 1 << 16;

    private final int batch;
    private final Rig rig = Rig.of(Backing.STAMPS, PAGES, PAGES);
    private final Agent agent = rig.rooms().newAgent();
    private final long[] taken;

    AllocationDuel(int batch) {
        this.batch = batch;
        this.taken = new long[batch];
    }

    @Override
    public long operations() {
        return PAIRS;
    }

    @Override
    public Side moraine() {
        return this::allocate;
    }

    private void allocate() {
        Rooms rooms = rig.rooms();
        for (int done = 0; done < PAIRS; done += batch) {
            allocate(rooms.allocator, rooms.frames, agent.worker(), taken);
        }
    }

    private static void allocate(Allocator allocator, Frames frames, Worker worker, long[] taken) {
        AllocRequest request = worker.request;
        for (int i = 0; i < taken.length; i++) {
            taken[i] = allocator.allocate(worker, request.reset(Reason.CPU_FAULT, Intent.WRITE, Rig.CPU, 0), 0);
        }
        for (long pfn : taken) {
            if (frames.put(pfn) == 0) {
                allocator.free(worker, pfn);
            }
        }
    }

    @Override
    public Side reference() {
        return () -> Twin.allocate(PAIRS / batch, batch);
    }

    @Override
    public void close() {
        rig.rooms().retire(agent);
        rig.close();
    }
}
