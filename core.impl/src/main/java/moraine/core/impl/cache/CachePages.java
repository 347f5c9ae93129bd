package moraine.core.impl.cache;

import moraine.core.api.host.Machine;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Reason;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.faults.Placement;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.mempolicy.SetPolicy;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/** Finds, makes and gives up single pages of the cache. Its callers are within the world. */
final class CachePages {
    private final Rooms rooms;
    private final Frames frames;
    private final Placement placement;
    private final int node;
    private final int tenant;

    CachePages(Rooms rooms) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.placement = new Placement(rooms);
        this.node = rooms.home(rooms.topology.profile().nodes().getFirst().id());
        this.tenant = rooms.tenants.id(Machine.DEFAULT_TENANT);
    }

    /** {@return node as whose processor files are read when no mapping is touched} */
    int node() {
        return node;
    }

    /**
     * {@return the object's page with a reference taken, or -1: there is none, or it is just being replaced}
     *
     * @throws MoraineException EOVERFLOW when it has all references that it can count
     */
    long find(MemoryObject object, long index) {
        object.lock(rooms.actors);
        try {
            long pfn = object.page(index);
            if (pfn < 0 || frames.getUnlessZero(pfn)) {
                return pfn;
            }
            if (frames.full(pfn)) {
                throw new MoraineException(
                        Errno.EOVERFLOW,
                        Blame.RESOURCES,
                        "page " + index + " of the file has " + frames.refs(pfn)
                                + " references, all that a frame can count; unmap some of its mappings");
            }
            return -1;
        } finally {
            object.unlock();
        }
    }

    /**
     * Makes a page that nobody knows yet; its content is the caller's to set. It has no owner before that, so that
     * nobody takes a copy of it to somewhere else.
     *
     * @param index of the page to come, whose memory policy is its object's, else the task's or the mapping space's
     * @param vma whose tenant is charged, or null for the default tenant
     * @param initiator node of the processor that touched
     * @param needed whether somebody waits for it, so that room is made where the representation says so
     * @return it with a reference, or a negative errno
     */
    long make(Agent agent, MemoryObject object, long index, @Nullable Vma vma, int initiator, boolean needed) {
        long begun = rooms.nowNs();
        int from = placement.sharer(initiator);
        Reason reason = reason(object, from == initiator && placement.isDevice(initiator));
        int payer = vma == null ? tenant : vma.space().tenant();
        AllocRequest request = placement.request(agent, payer, reason, Intent.READ, from);
        SetPolicy wide = vma == null ? null : vma.space().policy();
        rooms.policies.direct(request, object.policies().at(index), agent, wide, index);
        long pfn = needed ? placement.allocate(agent, request) : rooms.allocator.allocate(agent.worker(), request, 0);
        if (pfn >= 0) {
            frames.history(pfn, placement.made(rooms.regimes.current(), Cause.FIRST_TOUCH, begun));
        }
        return pfn;
    }

    private static Reason reason(MemoryObject object, boolean device) {
        if (object.kind() == MemoryObject.Kind.BUFFER) {
            return Reason.UNMOVABLE;
        }
        return device ? Reason.DEVICE_FAULT : Reason.CPU_FAULT;
    }

    /** {@return whether storage reaches the memory that a page lies in} */
    boolean direct(long pfn) {
        return rooms.types.has(frames.type(pfn), Attribute.DIRECT_IO);
    }

    /**
     * Takes a page out of the cache and frees it, if it is clean and not being written, and nobody maps it, holds it or
     * refers to it. Waits for nobody.
     *
     * @return whether it is free now
     */
    boolean dropClean(Agent agent, MemoryObject object, long index) {
        long pfn = find(object, index);
        if (pfn < 0) {
            return false;
        }
        if (!frames.tryLock(pfn)) {
            agent.put(pfn);
            return false;
        }
        object.lock(rooms.actors);
        boolean gone = object.page(index) == pfn
                && !object.dirty(index)
                && !object.writeback(index)
                && frames.mappings(pfn) == 0
                && !frames.flag(pfn, Frames.PINNED | Frames.UNEVICTABLE)
                && frames.freezeAndUnlock(pfn, 1 + object.ownReferences());
        if (gone) {
            object.page(index, -1);
        }
        object.unlock();
        if (gone) {
            rooms.allocator.free(agent.worker(), pfn);
        } else {
            agent.letGo(pfn);
        }
        return gone;
    }

    /** Drops what may be dropped of a range; see {@link #dropClean}. @return how many pages */
    long dropClean(Agent agent, MemoryObject object, long first, long end) {
        long dropped = 0;
        for (long index = next(object, first); index < Math.min(end, object.limit()); index = next(object, index + 1)) {
            dropped += dropClean(agent, object, index) ? 1 : 0;
        }
        return dropped;
    }

    /**
     * Puts a page that was read into the cache, unless another is there or the file was cut meanwhile. The caller's
     * reference becomes the object's, or is dropped.
     */
    void publish(Agent agent, FileObject file, long index, long pfn, long epoch) {
        frames.owner(pfn, file.id(), index);
        file.lock(rooms.actors);
        boolean mine = file.epoch() == epoch && index < file.pages() && file.page(index) < 0;
        if (mine) {
            file.page(index, pfn);
        }
        file.unlock();
        if (!mine) {
            agent.put(pfn);
        }
    }

    /** Takes all pages from an index on out of the cache; entries that map them are gone. */
    void drop(Agent agent, MemoryObject object, long first) {
        for (long index = next(object, first); index < object.limit(); index = next(object, index + 1)) {
            object.lock(rooms.actors);
            long pfn = object.page(index);
            if (pfn >= 0) {
                object.page(index, -1);
            }
            object.unlock();
            if (pfn >= 0) {
                agent.put(pfn);
            }
        }
    }

    private long next(MemoryObject object, long index) {
        object.lock(rooms.actors);
        try {
            return object.next(index);
        } finally {
            object.unlock();
        }
    }
}
