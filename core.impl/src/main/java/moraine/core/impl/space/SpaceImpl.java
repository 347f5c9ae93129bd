package moraine.core.impl.space;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.StampedLock;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Mappable;
import moraine.core.api.host.Pin;
import moraine.core.api.host.Userfault;
import moraine.core.api.host.UserfaultHandler;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Event;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MbindFlag;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.PageStatus;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Reason;
import moraine.core.api.model.SpaceInfo;
import moraine.core.api.time.Cost;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.access.Contexts;
import moraine.core.impl.access.CpuContextImpl;
import moraine.core.impl.hints.Advisor;
import moraine.core.impl.hints.Hints;
import moraine.core.impl.mempolicy.SetPolicy;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.userfault.Registration;
import moraine.core.impl.vma.VmaMap;
import org.jspecify.annotations.Nullable;

/**
 * An address space: its map of mappings, its tables, its mirrors, and its lock.
 *
 * <p>The lock is held exclusively by what changes mappings ({@link Mappings}), shared by slow faults and migration, and
 * not at all by lookups and first touches.
 */
public final class SpaceImpl implements AddressSpace {
    private final Rooms rooms;
    private final Spaces spaces;
    private final int id;
    private final String name;
    private final int tenant;
    private final PageTable table;
    private final Contexts contexts;
    private final Notifiers notifiers;
    private final SpaceDevices devices;
    private final Mappings mappings;
    private final Hints hints;
    private final StampedLock lock = new StampedLock();
    private volatile VmaMap vmas = VmaMap.EMPTY;
    private volatile @Nullable SetPolicy policy;
    private volatile boolean closed;
    private volatile boolean killed;

    SpaceImpl(Rooms rooms, Spaces spaces, int id, String name, int tenant) {
        this.rooms = rooms;
        this.spaces = spaces;
        this.id = id;
        this.name = name;
        this.tenant = tenant;
        this.table = new PageTable(rooms.actors);
        this.contexts = new Contexts(rooms.actors);
        this.notifiers = new Notifiers(rooms.actors, rooms.points);
        this.devices = new SpaceDevices(rooms, this);
        this.mappings = new Mappings(rooms, spaces, this);
        this.hints = new Hints(spaces.remaps(), id);
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

    /** {@return where applications advised pages to be} */
    public Hints hints() {
        return hints;
    }

    public VmaMap vmas() {
        return vmas;
    }

    /** {@return whether it was ended because memory that it was bound to is full} */
    public boolean killed() {
        return killed;
    }

    /**
     * Ends the space for want of memory: accesses fail from now on, and what it has is freed soon, by somebody else.
     *
     * @param node that is full
     */
    public void kill(Agent agent, int node) {
        synchronized (this) {
            if (killed || closed) {
                return;
            }
            killed = true;
        }
        agent.count(Stat.OOM_KILL);
        rooms.events.record(Event.Kind.OUT_OF_MEMORY, node, id, 0, rooms.tenants.charged(tenant, node), null);
        spaces.reap(this);
    }

    /** Publishes another map; the lock is held exclusively. */
    void vmas(VmaMap map) {
        vmas = map;
    }

    public boolean closed() {
        return closed;
    }

    /** {@return how who works in it ends once it is closed} */
    public Errno end() {
        return killed ? Errno.SIGKILL : Errno.EBADF;
    }

    long lockExclusive() {
        return lock.writeLock();
    }

    void unlockExclusive(long stamp) {
        lock.unlockWrite(stamp);
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
            int initiator = agent.initiator();
            rooms.charge(Cost.SHOOTDOWN, initiator, initiator, initiator, others);
        }
    }

    @Override
    public long mmap(MapRequest request) {
        return mappings.mmap(request);
    }

    @Override
    public long mmap(MapRequest request, Mappable what, long offset) {
        return mappings.mmap(request, what, offset);
    }

    @Override
    public Userfault userfault(long address, long bytes, UserfaultHandler handler) {
        long end = Checks.range(address, bytes);
        var registration = new Registration(rooms, this, address, end - address, handler);
        try {
            mappings.register(registration);
        } catch (MoraineException e) {
            registration.end();
            throw e;
        }
        return registration;
    }

    /** Makes missing pages plain ones again. */
    public void unregister(Registration registration) {
        mappings.unregister(registration);
    }

    @Override
    public void munmap(long address, long bytes) {
        mappings.munmap(address, bytes);
    }

    @Override
    public void mprotect(long address, long bytes, Protection protection) {
        mappings.mprotect(address, bytes, protection);
    }

    @Override
    public void mbind(long address, long bytes, MemoryPolicy wanted) {
        mappings.mbind(address, bytes, rooms.policies.set(wanted, tenant));
    }

    @Override
    public MigrationReport mbind(long address, long bytes, MemoryPolicy wanted, Set<MbindFlag> flags) {
        return new RangePolicy(rooms, this, mappings).set(address, bytes, wanted, flags);
    }

    @Override
    public void memoryPolicy(MemoryPolicy wanted) {
        checkOpen();
        policy = rooms.policies.set(wanted, tenant);
    }

    @Override
    public MemoryPolicy memoryPolicy() {
        return SetPolicy.given(policy);
    }

    /** {@return the memory policy of pages whose range and task have none, or null} */
    public @Nullable SetPolicy policy() {
        return policy;
    }

    /** Takes over the policy of the space of which it is a fork. */
    void inherit(@Nullable SetPolicy other) {
        policy = other;
    }

    @Override
    public List<PageStatus> movePages(long[] addresses, int @Nullable [] nodes, boolean all) {
        checkOpen();
        if (nodes != null) {
            Checks.equallyMany(addresses.length, nodes.length);
            Arrays.stream(nodes).distinct().forEach(this::checkMigratable);
        }
        return new PageMoves(rooms, this).pages(addresses, nodes, all);
    }

    @Override
    public long migratePages(NodeSet from, NodeSet to, boolean all) {
        checkOpen();
        Checks.nodes(from, to);
        to.stream().forEach(this::checkMigratable);
        return new PageMoves(rooms, this).nodes(from, to, all);
    }

    private void checkMigratable(int node) {
        Checks.memory(rooms, node, "moving pages");
        NodeSet migratable = new NodeSet(rooms.regimes.current().migratableMask());
        NodeSet allowed = new NodeSet(rooms.tenants.allowedMask(tenant));
        Checks.migratable(node, migratable, allowed, rooms.regimes.current().policy());
    }

    @Override
    public long mremap(long address, long oldBytes, long newBytes, boolean mayMove) {
        return mappings.mremap(address, oldBytes, newBytes, mayMove, false);
    }

    @Override
    public long mremap(long address, long oldBytes, long newBytes, boolean mayMove, boolean keepOld) {
        return mappings.mremap(address, oldBytes, newBytes, mayMove, keepOld);
    }

    @Override
    public AddressSpace fork(String childName) {
        SpaceImpl child = spaces.create(childName, tenant);
        mappings.fork(child);
        return child;
    }

    @Override
    public MigrationReport migrate(long address, long bytes, int node, Cause cause) {
        long end = Checks.range(address, bytes);
        checkOpen();
        Checks.covered(vmas, address, end);
        checkMigratable(node);
        int mover = rooms.movers.intern("application");
        return spaces.moves().move(this, address, end - address, node, cause, Reason.USER_MIGRATE, mover);
    }

    @Override
    public void advise(long address, long bytes, Advice advice) {
        long end = Checks.range(address, bytes);
        if (!Advisor.takes(advice.kind())) {
            mappings.advise(address, bytes, advice);
            return;
        }
        checkOpen();
        Checks.covered(vmas, address, end);
        spaces.advisor().advise(this, address, end, advice);
    }

    /** Drops the content of a range; private memory only. */
    public void discard(long address, long bytes) {
        mappings.advise(address, bytes, Advice.DEAD);
    }

    @Override
    public Pin pin(long address, long bytes, PinKind kind, Intent intent) {
        return spaces.pinner().pin(this, address, bytes, kind, intent);
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

    public void checkOpen() {
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
        Errno why = end();
        rooms.actors.signal();
        devices.close(why);
        spaces.ending(this, why);
        mappings.end();
    }
}
