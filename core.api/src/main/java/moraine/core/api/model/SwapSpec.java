package moraine.core.api.model;

import java.nio.file.Path;

/**
 * Where a machine keeps pages that reclaim takes out of memory.
 *
 * @param bytes how much, a multiple of the page size; 0 for no swap at all
 * @param path where a file is made for the machine, empty for none; it loses its name at once, so that it is gone with
 *     the machine, or with the process
 * @param node of the profile whose memory stands for a storage node, -1 for none; the machine has that much less memory
 *     there, and a page that goes there or comes back costs what a copy along the profile's edges does
 */
public record SwapSpec(long bytes, String path, int node) {
    /** No swap. */
    public static final SwapSpec NONE = new SwapSpec(0, "", -1);

    /** The most that a swap area holds. */
    public static final long MOST_BYTES = 1L << 42;

    public SwapSpec {
        if (bytes < 0 || bytes > MOST_BYTES || bytes % Pages.SIZE != 0) {
            throw bad("swap of " + bytes + " bytes is not a multiple of " + Pages.SIZE + " from 0 to " + MOST_BYTES);
        }
        if (bytes > 0 && path.isEmpty() == (node < 0)) {
            throw bad("swap of " + bytes + " bytes names "
                    + (node < 0 ? "neither a file nor a node" : "both a file " + path + " and node " + node)
                    + "; name one of them");
        }
    }

    private static MoraineException bad(String message) {
        return MoraineException.caller(Errno.EINVAL, message);
    }

    /** {@return swap in a file that does not exist yet} */
    public static SwapSpec file(Path path, long bytes) {
        return new SwapSpec(bytes, path.toString(), -1);
    }

    /** {@return swap on a part of a node's memory} */
    public static SwapSpec node(int node, long bytes) {
        return new SwapSpec(bytes, "", node);
    }
}
