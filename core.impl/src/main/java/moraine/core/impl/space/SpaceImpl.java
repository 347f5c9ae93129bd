package moraine.core.impl.space;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.StampedLock;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Binding;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Sharing;
import moraine.core.api.model.SpaceInfo;
import moraine.core.api.time.Cost;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.access.Contexts;
import moraine.core.impl.access.CpuContextImpl;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.vma.Vma;
import moraine.core.impl.vma.VmaMap;

/**
 * An address space.
 *
 * <p>Its lock is held exclusively by what changes mappings, shared by slow faults and migration, and not at all by
 * lookups and first touches. A change to mappings goes: new ones listed in their objects, old ones dead, map published,
 * entries changed, old ones taken off their objects.
 */
public final class SpaceImpl implements AddressSpace {
    private static final long LOWEST = 1L << 36;

    private final Rooms rooms;
    private final Spaces spaces;
    private final int id;
    private final String name;
    private final int tenant;
    private final PageTable table;
    private final Contexts contexts;
    private final Notifiers notifiers;
    private final SpaceDevices devices;
    private final StampedLock lock = new StampedLock();
    private volatile VmaMap vmas = VmaMap.EMPTY;
    private volatile boolean closed;

    SpaceImpl(Rooms rooms, Spaces spaces, int id, String name, int tenant) {
        this.rooms = rooms;
        this.spaces = spaces;
        this.id = id;
        this.name = name;
        this.tenant = tenant;
        this.table = new PageTable(rooms.actors);
        this.contexts = new Contexts(rooms.actors);
        this.notifiers = new Notifiers(rooms.actors);
        this.devices = new SpaceDevices(rooms, this);
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public String name() {
        return name;
    }

    public int tenant() {
        return tenant;
    }

    public PageTable table() {
        return table;
    }

    public Contexts contexts() {
        return contexts;
    }

    public Notifiers notifiers() {
        return notifiers;
    }

    public SpaceDevices devices() {
        return devices;
    }

    public VmaMap vmas() {
        return vmas;
    }

    public boolean closed() {
        return closed;
    }

    public long lockShared() {
        return lock.readLock();
    }

    public void unlockShared(long stamp) {
        lock.unlockRead(stamp);
    }

    /** {@return whether somebody changes mappings}; for the checker */
    public boolean locked() {
        return lock.isWriteLocked() || lock.isReadLocked();
    }

    /** Waits until no CPU uses entries that were cleared before the call. */
    public void shootDown(Agent agent) {
        int others = contexts.shootDown(agent.context());
        if (others > 0) {
            agent.count(Stat.SHOOT_DOWNS);
            rooms.charge(Cost.SHOOTDOWN, 0, 0, 0, others);
        }
    }

    @Override
    public long mmap(MapRequest request) {
        Checks.mapping(request);
        long bytes = Pages.ceil(request.bytes());
        Agent agent = rooms.begin();
        long stamp = lock.writeLock();
        try {
            checkOpen();
            long start = request.address() != 0 ? request.address() : place(bytes, request.alignment());
            Checks.free(vmas, start, start + bytes);
            Vma vma = new Vma(
                    this,
                    start,
                    start + bytes,
                    new Vma.Traits(request.protection(), request.sharing(), Binding.DEFAULT),
                    rooms.objects.create(request.sharing() == Sharing.SHARED),
                    request.sharing() == Sharing.SHARED ? 0 : start >>> Pages.SHIFT);
            publish(new Edit(List.of(), List.of(vma)));
            return start;
        } finally {
            lock.unlockWrite(stamp);
            rooms.done(agent);
        }
    }

    private long place(long bytes, long alignment) {
        long start = vmas.gap(bytes, Math.max(alignment, Pages.SIZE), LOWEST, Pages.ADDRESS_LIMIT);
        if (start < 0) {
            throw MoraineException.caller(
                    Errno.ENOMEM,
                    "no free range of " + bytes + " bytes below 0x" + Long.toHexString(Pages.ADDRESS_LIMIT)
                            + " in space " + name + "; unmap something");
        }
        return start;
    }

    @Override
    public void munmap(long address, long bytes) {
        long end = Checks.range(address, bytes);
        Agent agent = rooms.begin();
        long stamp = lock.writeLock();
        try {
            checkOpen();
            unmap(agent, address, end);
        } finally {
            lock.unlockWrite(stamp);
            rooms.done(agent);
        }
    }

    private void unmap(Agent agent, long start, long end) {
        Edit edit = Edit.of(vmas, start, end, null);
        publish(edit);
        new Unmapper(rooms).clear(agent, this, start, end);
        retire(agent, edit);
    }

    @Override
    public void mprotect(long address, long bytes, Protection protection) {
        long end = Checks.range(address, bytes);
        Agent agent = rooms.begin();
        long stamp = lock.writeLock();
        try {
            checkOpen();
            Checks.covered(vmas, address, end);
            Edit edit = Edit.of(vmas, address, end, vma -> vma.withProtection(protection));
            publish(edit);
            new Protector(rooms, new Unmapper(rooms)).restrict(agent, this, address, end, protection);
            retire(agent, edit);
        } finally {
            lock.unlockWrite(stamp);
            rooms.done(agent);
        }
    }

    @Override
    public void mbind(long address, long bytes, Binding binding) {
        long end = Checks.range(address, bytes);
        NodeSet bindable = new NodeSet(rooms.regimes.current().bindableMask());
        NodeSet allowed = new NodeSet(rooms.tenants.allowedMask(tenant));
        Checks.bindable(binding, bindable, allowed, rooms.regimes.current().policy());
        Agent agent = rooms.begin();
        long stamp = lock.writeLock();
        try {
            checkOpen();
            Checks.covered(vmas, address, end);
            Edit edit = Edit.of(vmas, address, end, vma -> vma.withBinding(binding));
            publish(edit);
            retire(agent, edit);
        } finally {
            lock.unlockWrite(stamp);
            rooms.done(agent);
        }
    }

    @Override
    public long mremap(long address, long oldBytes, long newBytes, boolean mayMove) {
        long oldEnd = Checks.range(address, oldBytes);
        Checks.range(address, newBytes);
        Agent agent = rooms.begin();
        long stamp = lock.writeLock();
        try {
            checkOpen();
            Vma vma = Checks.single(vmas, address, oldEnd);
            long newEnd = address + Pages.ceil(newBytes);
            if (newEnd <= oldEnd) {
                if (newEnd < oldEnd) {
                    unmap(agent, newEnd, oldEnd);
                }
                return address;
            }
            if (vma.end() == oldEnd
                    && newEnd <= Pages.ADDRESS_LIMIT
                    && vmas.overlapping(oldEnd, newEnd).isEmpty()) {
                Edit edit = new Edit(List.of(vma), List.of(vma.at(this, vma.start(), newEnd - vma.start())));
                publish(edit);
                retire(agent, edit);
                return address;
            }
            Checks.mayMove(mayMove, address, oldBytes, newBytes);
            return move(agent, vma, address, oldEnd, newEnd - address);
        } finally {
            lock.unlockWrite(stamp);
            rooms.done(agent);
        }
    }

    private long move(Agent agent, Vma vma, long start, long end, long newBytes) {
        long align =
                (start & Pages.LARGE_SIZE - 1) == 0 && end - start >= Pages.LARGE_SIZE ? Pages.LARGE_SIZE : Pages.SIZE;
        long target = place(newBytes, align);
        List<Vma> moved = List.of(vma.part(start, end).at(this, target, newBytes));
        list(moved);
        Edit edit = Edit.of(vmas, start, end, null);
        publish(edit);
        new Remapper(rooms, new Unmapper(rooms)).move(agent, this, vma.object(), start, end - start, target);
        vmas = vmas.replace(List.of(), moved);
        retire(agent, edit);
        return target;
    }

    @Override
    public AddressSpace fork(String childName) {
        SpaceImpl child = spaces.create(childName, tenant);
        Agent agent = rooms.begin();
        long stamp = lock.writeLock();
        List<Vma> copies = new ArrayList<>();
        boolean complete = false;
        try {
            checkOpen();
            for (Vma vma : vmas.all()) {
                copies.add(vma.at(child, vma.start(), vma.end() - vma.start()));
            }
            list(copies);
            Forker forker = new Forker(rooms);
            for (Vma vma : vmas.all()) {
                forker.copy(agent, this, child, vma);
            }
            complete = true;
        } finally {
            child.vmas = VmaMap.EMPTY.replace(List.of(), copies);
            lock.unlockWrite(stamp);
            rooms.done(agent);
            if (!complete) {
                child.close();
            }
        }
        return child;
    }

    /**
     * Lists new mappings in their objects, marks old ones dead, and publishes the map. The lock is held exclusively.
     */
    private void publish(Edit edit) {
        list(edit.come());
        for (Vma vma : edit.gone()) {
            vma.die();
        }
        vmas = vmas.replace(edit.gone(), edit.come());
    }

    /**
     * Lists new mappings in their objects, so that reverse walks come by. Where entries are brought along, the map is
     * published after them: no fault fills a page that is about to come.
     */
    private void list(List<Vma> mappings) {
        for (Vma vma : mappings) {
            vma.object().lock(rooms.actors);
            vma.object().mappings().add(vma);
            vma.object().unlock();
        }
    }

    /** Takes old mappings off their objects; the last one takes the object along. */
    private void retire(Agent agent, Edit edit) {
        for (Vma vma : edit.gone()) {
            vma.object().lock(rooms.actors);
            vma.object().mappings().remove(vma);
            boolean last = vma.object().mappings().isEmpty();
            vma.object().unlock();
            if (last) {
                new ObjectEnd(rooms).end(agent, vma.object());
            }
        }
    }

    @Override
    public MigrationReport migrate(long address, long bytes, int node, Cause cause) {
        long end = Checks.range(address, bytes);
        checkOpen();
        Checks.covered(vmas, address, end);
        NodeSet migratable = new NodeSet(rooms.regimes.current().migratableMask());
        NodeSet allowed = new NodeSet(rooms.tenants.allowedMask(tenant));
        Checks.migratable(
                node,
                rooms.topology,
                migratable,
                allowed,
                rooms.regimes.current().policy());
        int mover = rooms.movers.intern("application");
        return spaces.moves().move(this, address, end - address, node, cause, Reason.USER_MIGRATE, mover);
    }

    @Override
    public CpuContext attach(int node) {
        checkOpen();
        if (!rooms.topology.exists(node) || rooms.topology.kind(node) != NodeKind.CPU) {
            throw MoraineException.caller(
                    Errno.EINVAL, "node " + node + " has no CPUs to attach to; name a node of kind CPU");
        }
        return new CpuContextImpl(rooms, this, spaces.faults(), node);
    }

    @Override
    public SpaceInfo info() {
        return new PageReport(rooms, this).info();
    }

    @Override
    public PageInfo why(long address) {
        return new PageReport(rooms, this).page(Pages.floor(address));
    }

    @Override
    public List<PageInfo> pages(long address, long bytes, int limit) {
        return new PageReport(rooms, this).pages(address, Checks.range(address, bytes), limit);
    }

    private void checkOpen() {
        if (closed) {
            throw MoraineException.caller(Errno.EBADF, "space " + name + " is closed; open another");
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        devices.close(Errno.EBADF);
        spaces.ending(this);
        Agent agent = rooms.begin();
        long stamp = lock.writeLock();
        try {
            unmap(agent, 0, Pages.ADDRESS_LIMIT);
            spaces.ended(this);
        } finally {
            lock.unlockWrite(stamp);
            rooms.done(agent);
        }
    }
}
