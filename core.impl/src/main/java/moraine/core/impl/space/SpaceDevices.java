package moraine.core.impl.space;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BooleanSupplier;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.impl.Rooms;
import moraine.core.impl.mirror.DeviceTable;
import org.jspecify.annotations.Nullable;

/** The DeviceTables of a space, by the node of their device. */
public final class SpaceDevices {
    private final Rooms rooms;
    private final SpaceImpl space;
    private final AtomicReferenceArray<@Nullable DeviceTable> tables = new AtomicReferenceArray<>(64);

    SpaceDevices(Rooms rooms, SpaceImpl space) {
        this.rooms = rooms;
        this.space = space;
    }

    /**
     * Makes the table of a device unless there is one.
     *
     * @param gone whether the device is; once it is true, {@link #revoke} follows
     */
    public synchronized void attach(int node, String owner, DeviceDriver driver, BooleanSupplier gone) {
        if (gone.getAsBoolean()) {
            throw new MoraineException(
                    Errno.ENODEV,
                    Blame.CALLER,
                    "device node " + node + " is gone from space " + space.name() + "; attach it when it returns");
        }
        if (space.closed()) {
            throw new MoraineException(
                    Errno.EBADF, Blame.CALLER, "space " + space.name() + " is closed; open another for the device");
        }
        if (tables.get(node) == null) {
            DeviceTable table = new DeviceTable(space, node, owner, driver, rooms.actors, rooms.duplicates);
            space.notifiers().insert(table);
            tables.set(node, table);
        }
    }

    /** {@return the table of a device's node, or null} */
    public @Nullable DeviceTable table(int node) {
        return tables.get(node);
    }

    /** {@return cookie of the device whose node it is; the node's number when none is attached} */
    public String owner(int node) {
        return rooms.owner(node);
    }

    public List<DeviceTable> all() {
        List<DeviceTable> all = new ArrayList<>();
        for (int node = 0; node < tables.length(); node++) {
            DeviceTable table = tables.get(node);
            if (table != null) {
                all.add(table);
            }
        }
        return all;
    }

    /** Closes all tables for good; one that is just being attached is met, for the space is marked closed before. */
    public synchronized void close(Errno why) {
        for (DeviceTable table : all()) {
            table.close(why);
        }
    }

    /** Closes the table of one device and forgets it. */
    public synchronized void revoke(int node) {
        DeviceTable table = tables.get(node);
        if (table != null) {
            table.close(Errno.ENODEV);
            space.notifiers().remove(table);
            tables.set(node, null);
        }
    }
}
