package moraine.sim.workload;

import java.util.function.IntFunction;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;

/**
 * A kernel as its parts.
 *
 * @param code makes the block of an index
 */
record GridKernel(String name, int blocks, IntFunction<Block> code) implements Kernel {
    @Override
    public Block block(int index) {
        return code.apply(index);
    }
}
