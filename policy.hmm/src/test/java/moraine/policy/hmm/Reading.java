package moraine.policy.hmm;

import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.model.Pages;

/**
 * A kernel that reads the first word of each page of a range once, a page a step; its blocks take the pages in turns.
 *
 * @param address of the range
 * @param pages its length
 */
record Reading(long address, int pages, int blocks) implements Kernel {
    @Override
    public String name() {
        return "reading";
    }

    @Override
    public Block block(int index) {
        return new Block() {
            private int page = index;

            @Override
            public boolean step(DeviceAccess memory) {
                memory.getLong(address + (long) page * Pages.SIZE);
                page += blocks;
                return page < pages;
            }
        };
    }
}
