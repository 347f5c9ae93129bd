package moraine.sim.workload;

import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;

/**
 * Where a workload plays: an address space, CPU threads, devices. Phases follow one another; each method returns when
 * its phase is over. Used by one thread.
 */
public interface Stage {
    /** Maps memory. @return its first address */
    long map(long bytes);

    /** Maps memory at a place. @return its first address */
    long mapAt(long address, long bytes);

    /** Asks that a range's future pages come from the device's memory while it has room; a refusal changes nothing. */
    void preferDevice(long address, long bytes);

    /** Does pieces of host work with all CPU threads, each a run of neighbouring pieces. */
    void cpu(String phase, int pieces, IndexWork work);

    /** Does host work on one CPU thread, which cannot be divided: as a block, step by step. */
    void cpuAlone(String phase, Block work);

    /** Runs a kernel on the first device; without one, on the CPU threads. */
    void kernel(Kernel kernel);

    /** Runs a kernel on the device of that name. */
    void kernelOn(String name, Kernel kernel);
}
