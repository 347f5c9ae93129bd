package moraine.driver.gpu;

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
        }
        return room;
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
