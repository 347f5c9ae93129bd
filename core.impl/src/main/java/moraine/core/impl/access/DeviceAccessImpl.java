package moraine.core.impl.access;

import moraine.core.api.driver.FaultHandler;
import moraine.core.api.driver.PageFault;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.mirror.DeviceTable;
import moraine.core.impl.tables.Pte;

/** A resident block's context: translates through the DeviceTable and hands what is missing to the driver. */
public final class DeviceAccessImpl extends AccessContext implements DeviceAccess {
    private final DeviceTable table;
    private final FaultHandler faults;
    private final Frames frames;

    public DeviceAccessImpl(Rooms rooms, DeviceTable table, FaultHandler faults) {
        super(rooms, table.table(), table.contexts(), table.node());
        this.table = table;
        this.faults = faults;
        this.frames = rooms.frames;
    }

    @Override
    void fault(long address, Intent intent, long entry) {
        checkOpen(address, intent);
        faults.fault(address, intent);
        throw PageFault.INSTANCE;
    }

    private void checkOpen(long address, Intent intent) {
        Errno closed = table.closed();
        if (closed != null) {
            throw new MoraineException(
                    closed,
                    Blame.RESOURCES,
                    intent + " at 0x" + Long.toHexString(address) + " by device node " + table.node() + ": "
                            + (closed == Errno.ENODEV ? "the device is gone" : "the space is closed"));
        }
    }

    @Override
    public void prefault(long address, long bytes, Intent intent) {
        if (address < 0 || bytes < 0 || address > Pages.ADDRESS_LIMIT - bytes) {
            throw MoraineException.caller(
                    Errno.EFAULT,
                    "range at 0x" + Long.toHexString(address) + " of " + bytes
                            + " bytes is not within user space, 0 to 0x" + Long.toHexString(Pages.ADDRESS_LIMIT)
                            + "; shorten it");
        }
        long first = -1;
        long last = -1;
        for (long page = Pages.floor(address); page < address + bytes; page += Pages.SIZE) {
            boolean atomic = intent != Intent.ATOMIC || allowsAtomics(page);
            if (!atomic || !serves(table.table().get(page), intent)) {
                first = first < 0 ? page : first;
                last = page;
            }
        }
        if (first >= 0) {
            checkOpen(first, intent);
            faults.fault(first, (last - first >>> Pages.SHIFT) + 1, intent);
            throw PageFault.INSTANCE;
        }
    }

    /** The table is asked each time: the right may go while writes stay allowed. */
    @Override
    boolean allowsAtomics(long address) {
        long entry = table.table().get(address);
        return (entry & Pte.ATOMIC) != 0
                || Pte.kind(entry) == Pte.PRESENT && table.atomicsReach(frames.node(Pte.pfn(entry)));
    }

    @Override
    void checkRange(long address, long bytes) {
        if (bytes > 0 && (address & -Pages.SIZE) != (address + bytes - 1 & -Pages.SIZE)) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "window at 0x" + Long.toHexString(address) + " of " + bytes
                            + " bytes crosses a page boundary; a device's windows lie within one page of "
                            + Pages.SIZE + " bytes");
        }
    }
}
