package moraine.driver.gpu;

import moraine.core.api.model.Intent;
import org.jspecify.annotations.Nullable;

/**
 * The finite ring of faults that the host has not taken yet. An entry is the parked block, which holds the address; its
 * ticket tells it from a later fault of the same slot. A fault that finds the ring full is lost, but its block stays
 * parked and faults again after the next replay. Guarded by the {@link Scheduler}.
 */
final class FaultBuffer {
    private final @Nullable ResidentBlock[] ring;
    private long added;
    private long taken;

    /** Faults lost since {@link #takeOverflow}, and where the first of them was. */
    private long lost;

    private int lostSpace;
    private long lostAddress;

    FaultBuffer(int entries) {
        ring = new ResidentBlock[entries];
    }

    /** Records a parked block's fault and gives the block a ticket. @return whether there was room */
    boolean offer(ResidentBlock block) {
        boolean room = size() < ring.length;
        if (room) {
            ring[(int) (added % ring.length)] = block;
            block.ticket(added++);
        } else {
            block.ticket(ResidentBlock.LOST);
            lose(block);
        }
        return room;
    }

    private void lose(ResidentBlock block) {
        if (lost++ == 0) {
            lostSpace = block.grid().space().id();
            lostAddress = block.faultAddress();
        }
    }

    /** Ends an episode in which faults were lost. @return how many, told with the first of them in {@code into} */
    long takeOverflow(FaultPacket into) {
        long faults = lost;
        if (faults > 0) {
            into.set(lostSpace, lostAddress, 1, Intent.READ);
            lost = 0;
        }
        return faults;
    }

    /** {@return the oldest entry whose block still waits, or null when there is none; entries of ended blocks go} */
    @Nullable
    ResidentBlock take() {
        while (taken < added) {
            int slot = (int) (taken % ring.length);
            ResidentBlock block = ring[slot];
            ring[slot] = null;
            if (block != null && block.awaits(taken++)) {
                return block;
            }
        }
        return null;
    }

    int size() {
        return (int) (added - taken);
    }

    boolean isEmpty() {
        return added == taken;
    }

    /** {@return the ticket below which all entries have left} */
    long taken() {
        return taken;
    }
}
