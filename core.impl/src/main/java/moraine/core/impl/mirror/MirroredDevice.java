package moraine.core.impl.mirror;

import java.util.List;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.driver.FaultHandler;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.host.Mappable;
import moraine.core.api.model.Errno;
import moraine.core.api.model.LostPage;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.MoraineException;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.access.DeviceAccessImpl;
import moraine.core.impl.device.DeviceRoom;
import moraine.core.impl.exclusive.ExclusiveAccess;
import moraine.core.impl.exclusive.ExclusiveRanges;
import moraine.core.impl.faults.CpuFaults;
import moraine.core.impl.faults.DeviceFaultService;
import moraine.core.impl.host.PolicyCalls;
import moraine.core.impl.migration.DeviceMoves;
import moraine.core.impl.migration.Evictor;
import moraine.core.impl.migration.LostPages;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.space.Spaces;

/** What the rooms do for one device: its tables, its faults, its end. */
public final class MirroredDevice implements DeviceRoom {
    /** Frames that an eviction looks at in one go. */
    private static final int PIECE = 4096;

    private final Rooms rooms;
    private final Spaces spaces;
    private final int node;
    private final DeviceDriver driver;
    private final DeviceFaultService service;
    private final Evictor evictor;
    private final ExclusiveRanges exclusives;
    /** Set before its tables are closed, so that none comes behind them. */
    private volatile boolean revoked;

    public MirroredDevice(
            Rooms rooms, Spaces spaces, CpuFaults faults, int node, DeviceDriver driver, PolicyCalls calls) {
        this.rooms = rooms;
        this.spaces = spaces;
        this.node = node;
        this.driver = driver;
        this.service = new DeviceFaultService(rooms, spaces, faults, node, driver, calls);
        this.exclusives = new ExclusiveRanges(rooms, new ExclusiveAccess(rooms, faults));
        this.evictor = new Evictor(rooms);
    }

    @Override
    public void attach(int space) {
        find(space).devices().attach(node, rooms.owner(node), driver, () -> revoked);
    }

    @Override
    public DeviceAccess access(int space, FaultHandler faults) {
        return new DeviceAccessImpl(rooms, table(space), faults);
    }

    @Override
    public void stepsEnded(long steps) {
        service.stepsEnded(steps);
    }

    private DeviceTable table(int space) {
        DeviceTable table = find(space).devices().table(node);
        if (table == null) {
            throw MoraineException.caller(
                    Errno.ENODEV, "device node " + node + " is not attached to space " + space + "; attach it first");
        }
        return table;
    }

    @Override
    public MigrationReport exclusive(int space, long address, long bytes) {
        return exclusives.take(table(space), address, bytes);
    }

    private SpaceImpl find(int id) {
        SpaceImpl space = spaces.byId(id);
        if (space == null) {
            throw MoraineException.caller(Errno.EBADF, "space " + id + " is closed; open another for the device");
        }
        return space;
    }

    @Override
    public byte[] snapshot(int space, long address, long bytes) {
        return new RangeSnapshot(rooms, table(space)).take(address, bytes);
    }

    @Override
    public MigrationReport toDevice(int space, long address, long bytes, String mover) {
        return new DeviceMoves(rooms, node).toDevice(find(space), address, bytes, mover);
    }

    @Override
    public MigrationReport toSystem(int space, long address, long bytes, String mover) {
        return new DeviceMoves(rooms, node).toSystem(find(space), address, bytes, mover);
    }

    @Override
    public String lack() {
        return rooms.swap.lack("free memory, allow more nodes");
    }

    @Override
    public long evict() {
        Evictor own = new Evictor(rooms);
        long left = 0;
        for (long before = Long.MAX_VALUE, now = residentPages(); now > 0 && now < before; now = residentPages()) {
            before = now;
            for (long looked = 0; looked < rooms.allocator.capacity(node); looked += PIECE) {
                left += evictPiece(own);
            }
        }
        return left;
    }

    /** The checker may run between two pieces. */
    private int evictPiece(Evictor own) {
        Agent agent = rooms.begin();
        try {
            return own.clear(agent, node, PIECE);
        } finally {
            rooms.done(agent);
        }
    }

    @Override
    public boolean serve() {
        return service.serve();
    }

    @Override
    public void revoke() {
        revoked = true;
        for (SpaceImpl space : spaces.list()) {
            space.devices().revoke(node);
        }
        rooms.driver(node, null);
    }

    @Override
    public void close() {
        service.close();
    }

    @Override
    public boolean evacuate(int budgetPages) {
        Agent agent = rooms.begin();
        try {
            evictor.evacuate(agent, node, budgetPages);
            return residentPages() > 0;
        } finally {
            rooms.done(agent);
        }
    }

    @Override
    public Mappable buffer(long bytes) {
        return rooms.cache.buffer(node, "device node " + node, bytes);
    }

    @Override
    public boolean removeMemory() {
        rooms.world.whileStopped(() -> {
            if (rooms.allocator.capacity(node) > 0) {
                rooms.allocator.removeNode(node);
            }
        });
        return rooms.allocator.capacity(node) == 0;
    }

    @Override
    public List<LostPage> lostPages(String device) {
        return new LostPages(rooms).on(node, device);
    }

    @Override
    public long residentPages() {
        return rooms.allocator.capacity(node) - rooms.allocator.freePages(node);
    }
}
