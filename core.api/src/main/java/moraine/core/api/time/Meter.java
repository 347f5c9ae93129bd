package moraine.core.api.time;

import moraine.core.api.model.Intent;
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
