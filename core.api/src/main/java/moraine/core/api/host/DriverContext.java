package moraine.core.api.host;

import java.util.random.RandomGenerator;
import moraine.core.api.driver.FaultHandler;
import moraine.core.api.driver.RemoteAccesses;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Clock;
import moraine.core.api.time.Meter;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/** What the host offers a driver instance. Revoked when the instance ends: later calls throw EBADF. */
@ProviderType
public interface DriverContext {
    MachineView view();

    /** {@return the device's node} */
    int node();

    /** {@return name of the device} */
    String device();

    Clock clock();

    /** {@return actors that are named, counted and joined by the host} */
    Actors actors();

    /** {@return what work is charged to, or null in wall-clock time} */
    @Nullable
    Meter meter();

    RandomGenerator random();

    /**
     * Makes the access of one resident block.
     *
     * @param space a space that the host attached
     * @param faults told of each missing translation, on the thread that runs the block
     */
    DeviceAccess access(int space, FaultHandler faults);

    /**
     * Makes the access of one worker, which its blocks share.
     *
     * @param space a space that the host attached
     * @param faults told of each missing translation, on the thread that runs the block
     * @param remote told of accesses beyond the device's memory, or null to count none. About one access in 16 is a
     *     sample and stands for all since the last; a window counts as its 128-byte transactions.
     */
    WorkerAccess workerAccess(int space, FaultHandler faults, @Nullable RemoteAccesses remote);

    /** Tells the host that the fault buffer has something in it; returns at once. */
    void raiseFaults();

    /**
     * Records that the fault buffer overflowed: once for each episode, which begins with the first fault lost and ends
     * when the host drains the buffer.
     *
     * @param space of the first fault lost
     * @param address of the first fault lost
     * @param faults how many were lost; their blocks fault again after a replay
     */
    void faultBufferOverflowed(int space, long address, long faults);

    /**
     * Tells the host that steps of blocks came to their end; returns at once. A driver tells before it runs another
     * block. While no step ends, one may need more pages at once than there are: touches of the device then take
     * {@code reclaim.passes} times all memory for it, and no more. A launch that ends counts as a step.
     *
     * @param steps that ended and did not fault
     */
    void stepsEnded(long steps);

    /** Tells the host that access counters crossed their threshold; returns at once. */
    void raiseCounters();

    /** Adds to one of the device's counters, shown as {@code device.NAME.counter}. */
    void count(String counter, long delta);
}
