package moraine.core.impl;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CachedFile;
import moraine.core.api.model.Violation;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.cache.Store;
import moraine.core.impl.check.Checker;
import moraine.core.impl.daemon.DaemonRooms;
import moraine.core.impl.daemon.FrameWork;
import moraine.core.impl.device.DeviceRoom;
import moraine.core.impl.device.DeviceRooms;
import moraine.core.impl.faults.CpuFaults;
import moraine.core.impl.host.Converter;
import moraine.core.impl.host.PolicyCalls;
import moraine.core.impl.host.PolicyMoves;
import moraine.core.impl.machine.Foundation;
import moraine.core.impl.machine.Mechanism;
import moraine.core.impl.mempolicy.InterleaveWeights;
import moraine.core.impl.migration.FolioConverter;
import moraine.core.impl.mirror.MirroredDevice;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.space.Spaces;

/** The rooms above frames and allocator, wired. */
public final class MechanismImpl implements Mechanism, DeviceRooms {
    private final Rooms rooms;
    private final CpuFaults faults;
    private final Spaces spaces;
    private final FolioConverter converter;

    public MechanismImpl(Foundation foundation) {
        this(foundation, PageCache.stores(foundation.spec().backing()));
    }

    /** @param stores how files are reached */
    public MechanismImpl(Foundation foundation, Store.Opener stores) {
        rooms = new Rooms(foundation, stores);
        faults = new CpuFaults(rooms);
        spaces = new Spaces(rooms, faults, foundation.spaceEnd(), foundation.requesters());
        converter = new FolioConverter(rooms);
        rooms.clock.onNewRound(spaces::renewTranslations);
    }

    /** {@return the rooms}; for tests that plant faults */
    public Rooms rooms() {
        return rooms;
    }

    /** {@return the spaces}; for tests that plant faults */
    public Spaces spaceList() {
        return spaces;
    }

    @Override
    public AddressSpace open(String name, int tenant) {
        return spaces.open(name, tenant);
    }

    @Override
    public List<AddressSpace> spaces() {
        return new ArrayList<>(spaces.list());
    }

    @Override
    public CachedFile openFile(Path path, boolean writable) {
        return rooms.cache.open(path, writable);
    }

    @Override
    public InterleaveWeights weights() {
        return rooms.policies.weights();
    }

    @Override
    public Converter converter() {
        return converter;
    }

    @Override
    public PolicyMoves moves() {
        return spaces.moves();
    }

    @Override
    public DeviceRooms devices() {
        return this;
    }

    @Override
    public DeviceRoom open(int node, DeviceDriver driver, PolicyCalls calls) {
        rooms.driver(node, driver);
        rooms.owner(node, driver.capabilities().owner());
        return new MirroredDevice(rooms, spaces, faults, node, driver, calls);
    }

    @Override
    public DaemonRooms daemons() {
        return initiator -> new FrameWork(rooms, spaces, initiator);
    }

    @Override
    public List<Violation> check() {
        List<Violation> found = new ArrayList<>();
        rooms.world.whileStopped(() -> found.addAll(new Checker(rooms, spaces.list()).check()));
        return found;
    }

    @Override
    public void close() {
        for (SpaceImpl space : spaces.list()) {
            space.close();
        }
        spaces.close();
        try {
            rooms.cache.close();
        } finally {
            rooms.close();
        }
    }
}
