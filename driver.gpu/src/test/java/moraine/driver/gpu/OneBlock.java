package moraine.driver.gpu;

import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;

/** A kernel whose blocks are all alike. */
record OneBlock(String name, int blocks, Block each) implements Kernel {
    static OneBlock of(Block block) {
        return new OneBlock("one", 1, block);
    }

    @Override
    public Block block(int index) {
        return each;
    }
}
