package moraine.testkit.hmm;

import java.lang.foreign.MemorySegment;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;

/**
 * Copies a range on a device. Before each piece it announces what is left of one of the ranges, so that a missing page
 * becomes one request for all the rest.
 *
 * @param from first page read
 * @param to first page written
 * @param announced {@link Intent#READ} to announce the range read, {@link Intent#WRITE} the one written
 */
record CopyKernel(long from, long to, long pages, Intent announced) implements Kernel {
    private static final int PIECE = 64;

    @Override
    public String name() {
        return "conformance-copy";
    }

    @Override
    public int blocks() {
        return 1;
    }

    @Override
    public Block block(int index) {
        return new Copying();
    }

    private final class Copying implements Block {
        private final MemorySegment page = MemorySegment.ofArray(new long[Pages.SIZE / Long.BYTES]);
        private long next;

        @Override
        public boolean step(DeviceAccess memory) {
            long start = announced == Intent.READ ? from : to;
            memory.prefault(start + next * Pages.SIZE, (pages - next) * Pages.SIZE, announced);
            long end = Math.min(pages, next + PIECE);
            for (long at = next; at < end; at++) {
                memory.read(from + at * Pages.SIZE, page);
                memory.write(to + at * Pages.SIZE, page);
            }
            next = end;
            return next < pages;
        }
    }
}
