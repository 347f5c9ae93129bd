package moraine.driver.gpu;

import moraine.core.api.driver.Block;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import org.jspecify.annotations.Nullable;

/**
 * A slot of the device with the block that is resident in it. The {@link Scheduler} guards all fields but
 * {@link #block}, which belongs to the worker that runs it.
 */
final class ResidentBlock {
    /** Ticket of a fault that found the buffer full. */
    static final long LOST = -1;

    private @Nullable Grid grid;
    private int index;
    private @Nullable Block block;

    private boolean parked;
    private long notBeforeNs;
    private long ticket;
    private long faultAddress;
    private long faultPages = 1;
    private Intent faultIntent = Intent.READ;

    void become(Grid owner, int blockIndex) {
        grid = owner;
        index = blockIndex;
    }

    void clear() {
        grid = null;
        block = null;
        parked = false;
    }

    void park(FaultLatch fault) {
        parked = true;
        faultAddress = fault.address();
        faultPages = fault.pages();
        faultIntent = fault.intent();
    }

    /** Its fault was served at a time, before which no worker may resume it. */
    void unpark(long servedNs) {
        parked = false;
        notBeforeNs = servedNs;
    }

    long notBeforeNs() {
        return notBeforeNs;
    }

    /** {@return the program of the block; asks the kernel for it the first time} */
    Block block() {
        Block known = block;
        if (known == null) {
            known = grid().kernel().block(index);
            if (known == null) {
                throw new NullPointerException("block " + index + " is null");
            }
            block = known;
        }
        return known;
    }

    Grid grid() {
        Grid owner = grid;
        if (owner == null) {
            throw new IllegalStateException("the slot is free");
        }
        return owner;
    }

    boolean of(Grid other) {
        return grid == other;
    }

    int index() {
        return index;
    }

    void ticket(long number) {
        ticket = number;
    }

    /** {@return whether it still waits for the fault with that ticket} */
    boolean awaits(long number) {
        return parked && ticket == number;
    }

    /** {@return whether its fault was lost, or had left the buffer when so many had} */
    boolean replayable(long taken) {
        return ticket < taken;
    }

    /** {@return whether its fault lies on a page of a space, left the buffer and was not lost} */
    boolean faultedAt(AttachedSpace space, long page, long taken) {
        long first = Pages.floor(faultAddress);
        return ticket != LOST
                && ticket < taken
                && grid().space() == space
                && page >= first
                && page < first + faultPages * Pages.SIZE;
    }

    /** {@return how many pages its fault announced} */
    long faultPages() {
        return faultPages;
    }

    long faultAddress() {
        return faultAddress;
    }

    Intent faultIntent() {
        return faultIntent;
    }
}
