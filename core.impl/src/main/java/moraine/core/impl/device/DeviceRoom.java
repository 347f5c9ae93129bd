package moraine.core.impl.device;

import java.util.List;
import moraine.core.api.driver.FaultHandler;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.host.Mappable;
import moraine.core.api.model.LostPage;
import moraine.core.api.model.MigrationReport;

/** What the rooms do for one device. */
public interface DeviceRoom {
    /**
     * Makes the space's DeviceTable, empty, if it has none yet. Called on the device's host actor before the driver
     * hears of the space.
     *
     * @throws moraine.core.api.model.MoraineException EBADF when the space is closed
     */
    void attach(int space);

    /** {@return the access of one resident block}; called by the driver's actors */
    DeviceAccess access(int space, FaultHandler faults);

    /** As {@link moraine.core.api.host.DriverContext#stepsEnded}. */
    void stepsEnded(long steps);

    /** Makes pages of a space exclusive to the device; see {@link moraine.core.api.host.Device#exclusive}. */
    MigrationReport exclusive(int space, long address, long bytes);

    /** Takes a batch of faults out of the driver, serves it, replays. {@return whether there may be more} */
    boolean serve();

    /** {@return how much swap there is and what to do, for a device's access that found no page} */
    String lack();

    /** As {@link moraine.core.api.host.Device#snapshot}; the space has a table of the device. */
    byte[] snapshot(int space, long address, long bytes);

    /**
     * As {@link moraine.core.api.host.Device#migrateToDevice}.
     *
     * @param mover who asks, as histories name it
     */
    MigrationReport toDevice(int space, long address, long bytes, String mover);

    /** As {@link moraine.core.api.host.Device#migrateToSystem}. */
    MigrationReport toSystem(int space, long address, long bytes, String mover);

    /** As {@link moraine.core.api.host.Device#evict}. */
    long evict();

    /**
     * Closes all tables of the device without its driver and waits until no block is inside an access that used them;
     * later accesses throw ENODEV. Any thread, idempotent.
     */
    void revoke();

    /** Serves no more faults, for the driver has ended; once. */
    void close();

    /**
     * Brings pages off the device's node, after {@link #revoke}; in pieces.
     *
     * @param budgetPages how many to look at in this call
     * @return whether there may be more to bring home
     */
    boolean evacuate(int budgetPages);

    /** Makes a buffer for the driver to show to applications, near the device. */
    Mappable buffer(long bytes);

    /** {@return each page still in use on the node, with whose it is and why it stays} */
    List<LostPage> lostPages(String device);

    /** {@return pages still in use on the node} */
    long residentPages();

    /**
     * Takes the device's memory off the machine unless a page of it is in use; waits until no operation is under way,
     * so that nobody is asking for a page of it. Must not be called from within one.
     *
     * @return whether it is off
     */
    boolean removeMemory();
}
