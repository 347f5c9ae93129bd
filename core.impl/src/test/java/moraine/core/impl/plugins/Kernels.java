package moraine.core.impl.plugins;

import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.DeviceAccess;

/** Kernels of one block. */
public final class Kernels {
    private Kernels() {}

    private record OneBlock(String name, Block body) implements Kernel {
        @Override
        public int blocks() {
            return 1;
        }

        @Override
        public Block block(int index) {
            return body;
        }
    }

    /** {@return a kernel that adds one to the first long of each page} */
    public static Kernel increment(long address, int pages) {
        return new OneBlock("increment", new Block() {
            private int page;

            @Override
            public boolean step(DeviceAccess memory) {
                long at = address + page * 4096L;
                memory.putLong(at, memory.getLong(at) + 1);
                page++;
                return page < pages;
            }
        });
    }

    /** {@return a kernel that does nothing, forever} */
    public static Kernel endless() {
        return new OneBlock("endless", _ -> true);
    }
}
