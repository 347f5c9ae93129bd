package moraine.testkit;

import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;

/**
 * A kernel of one block that adds one to the first word of each page of a range, a page a step.
 *
 * @param address of the range
 * @param pages its length
 * @param rounds how often it goes through the range
 */
public record AddOne(long address, int pages, int rounds) implements Kernel {
    public AddOne(long address, int pages) {
        this(address, pages, 1);
    }

    @Override
    public String name() {
        return "add-one";
    }

    @Override
    public int blocks() {
        return 1;
    }

    @Override
    public Block block(int index) {
        return new AddOneBlock(address, pages, rounds);
    }

    private static final class AddOneBlock implements Block {
        private final long address;
        private final int pages;
        private final int steps;
        private int next;

        AddOneBlock(long address, int pages, int rounds) {
            this.address = address;
            this.pages = pages;
            this.steps = pages * rounds;
        }

        @Override
        public boolean step(DeviceAccess memory) {
            long word = address + (long) (next % pages) * Pages.SIZE;
            memory.touch(word, Long.BYTES, Intent.WRITE);
            memory.putLong(word, memory.getLong(word) + 1);
            next++;
            return next < steps;
        }
    }
}
