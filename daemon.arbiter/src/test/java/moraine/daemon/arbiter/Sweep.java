package moraine.daemon.arbiter;

import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;

/**
 * A kernel that reads the pages of a range, pass after pass.
 *
 * @param address of the range
 * @param pages its length, a multiple of the number of blocks
 * @param passes over it
 * @param bytes that it reads of each page
 */
record Sweep(long address, int pages, int passes, int bytes) implements Kernel {
    private static final int BLOCKS = 16;

    @Override
    public String name() {
        return "sweep";
    }

    @Override
    public int blocks() {
        return BLOCKS;
    }

    @Override
    public Block block(int index) {
        int each = pages / BLOCKS;
        return new Part(address + (long) index * each * Pages.SIZE, each, passes, bytes);
    }

    private static final class Part implements Block {
        private static final int PAGES_A_STEP = 16;

        private final long address;
        private final int pages;
        private final int passes;
        private final int bytes;
        private int pass;
        private int page;

        Part(long address, int pages, int passes, int bytes) {
            this.address = address;
            this.pages = pages;
            this.passes = passes;
            this.bytes = bytes;
        }

        @Override
        public boolean step(DeviceAccess memory) {
            int end = Math.min(pages, page + PAGES_A_STEP);
            for (int i = page; i < end; i++) {
                memory.touch(address + (long) i * Pages.SIZE, bytes, Intent.READ);
            }
            page = end % pages;
            pass += end == pages ? 1 : 0;
            return pass < passes;
        }
    }
}
