package moraine.core.impl.host;

import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;

/**
 * A policy's wish to move the pages of a range.
 *
 * @param address of the first page
 * @param bytes whole pages
 */
record MoveRequest(int space, long address, long bytes, int node, Cause cause) {
    /** How much one call of {@link PolicyMoves} moves. */
    static final long PIECE_BYTES = Pages.LARGE_SIZE;

    static MoveRequest of(int space, long address, long bytes, int node, Cause cause) {
        if (bytes <= 0 || address < 0 || bytes > Pages.ADDRESS_LIMIT - address) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "move of " + bytes + " bytes at 0x" + Long.toHexString(address)
                            + " is not inside user space (0 to 0x" + Long.toHexString(Pages.ADDRESS_LIMIT) + ")");
        }
        long start = Pages.floor(address);
        return new MoveRequest(space, start, Pages.ceil(address + bytes) - start, node, cause);
    }

    long pieceBytes() {
        return Math.min(bytes, PIECE_BYTES - (address & (PIECE_BYTES - 1)));
    }

    boolean last() {
        return pieceBytes() == bytes;
    }

    /** {@return what is left after one piece} */
    MoveRequest rest() {
        long piece = pieceBytes();
        return new MoveRequest(space, address + piece, bytes - piece, node, cause);
    }
}
