package moraine.core.impl.host;

import moraine.core.api.model.Cause;

/** Moves pages because a policy asked for it. Written by migration, called by one host actor. */
public interface PolicyMoves {
    /**
     * Moves the pages of a range, as far as legal and possible without waiting.
     *
     * @param space id of a space that may be gone
     * @param address of the first page
     * @param bytes whole pages, at most 2 MiB
     * @param node destination
     * @param mover who asked
     * @return pages moved
     */
    int move(int space, long address, long bytes, int node, Cause cause, int mover);

    /** Notes that pages of a space, which may be gone, are wanted on a node without room, which may be none. */
    void lack(int space, long pages, int node);
}
