package moraine.core.api.time;

import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import org.osgi.annotation.versioning.ConsumerType;

/** What a modelled machine charges for; the actor in its step pays. Nothing here allocates. */
@ConsumerType
public interface Meter {
    /** Beyond every frame. */
    long ZERO_PAGE = 1L << 55;

    /**
     * Charges for a piece of work.
     *
     * @param initiator node whose processor does it
     * @param from node read, or the initiator
     * @param to node written, or the initiator
     * @param amount in the cost's unit
     */
    void charge(Cost cost, int initiator, int from, int to, long amount);

    /**
     * Charges for moving runs of pages that engines copy side by side; the actor in its step waits for the last.
     *
     * @param engines how many take part at most
     * @param pages of each run
     * @param runs how many of these count
     */
    default void copies(int initiator, int from, int to, int engines, int[] pages, int runs) {
        for (int run = 0; run < runs; run++) {
            charge(Cost.COPY, initiator, from, to, (long) pages[run] * Pages.SIZE);
        }
    }

    /**
     * Charges for an access that a translation already allows.
     *
     * @param initiator node whose processor accesses
     * @param node where the page is
     * @param address physical address of the first byte: number of its frame and offset, so that spaces are told apart
     *     and what they share is one; the shared page of zeroes is at {@link #ZERO_PAGE}
     * @param bytes how many, within one page
     */
    void access(int initiator, int node, long address, int bytes, Intent intent);
}
