package moraine.core.api.driver;

import moraine.core.api.model.DeviceCapabilities;
import moraine.core.api.model.Errno;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Offers a device's memory and engines. Only {@link #name} is mandatory. Every callback is made on a host actor, one at
 * a time per device unless it says otherwise; what it throws is counted against the driver and ends the operation it
 * was called for, never another.
 */
@ConsumerType
public interface DeviceDriver extends AutoCloseable {
    String name();

    /** What the device can do. Asked once, right after creation. */
    default DeviceCapabilities capabilities() {
        return new DeviceCapabilities(false, false, false, false, 1, name());
    }

    /** Bytes of memory it brings, a whole number of pages. Asked once. 0 brings none. */
    default long memoryBytes() {
        return 0;
    }

    /** A space may be used on the device from now on: its DeviceTable exists and is empty. */
    default void attach(int space) {}

    /** A space goes away. Its DeviceTable is closed already; the driver ends what still runs on it. */
    default void detach(int space) {}

    /**
     * Translations of a range are gone from the DeviceTable, and no block is inside an access that used them. For
     * drivers that keep copies. May be called by any thread; must return quickly and must not call back. Not
     * implemented: nothing to do.
     */
    default void invalidate(int space, long start, long end) {}

    /**
     * Moves bytes between frames. May be called by several threads at a time, with migration slots held: it must return
     * when the bytes are moved and must not call back except on the batch. What it throws makes the host copy all of
     * the batch again; what it declines stays where it is. Not implemented: the host copies.
     */
    default void copy(CopyBatch batch) {
        batch.moveAll();
    }

    /** Starts a kernel; returns at once and calls {@code completion} exactly once, from any actor. */
    default void launch(int space, Kernel kernel, Completion completion) {
        completion.failed(Errno.EOPNOTSUPP, name() + " runs no kernels");
    }

    /**
     * Takes faults out of the fault buffer.
     *
     * @return how many were put into the sink; 0 when the buffer is empty
     */
    default int drainFaults(FaultSink sink) {
        return 0;
    }

    /** The faults drained before are served or cancelled: parked blocks may try again. */
    default void replay() {}

    /** An access can never be completed: the launch it belongs to fails with this errno. */
    default void cancel(int space, long address, Errno errno) {}

    /** Takes access counters over their threshold. Not implemented: none. */
    default void drainCounters(CounterSink sink) {}

    /** Ends: no call comes after this; actors taken from the context are joined by the host afterwards. */
    @Override
    default void close() {}
}
