package moraine.core.api.daemon;

import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;

/**
 * Which pages may be merged with which.
 *
 * @param acrossNodes whether a page may be merged with one of another node, and lose its place
 * @param acrossTenants whether tenants may share a page, so that each can find out by the time of a write what others
 *     have; it stays charged to whose it was
 * @param zeroPages whether pages of zeros show the zero page instead
 * @param maxSharing pages that one may stand for, so that reverse walks end; from 2 on
 */
public record MergeRules(boolean acrossNodes, boolean acrossTenants, boolean zeroPages, int maxSharing) {
    /** Most that a page can stand for. */
    public static final int MOST_SHARING = 1 << 14;
    /** Within a node and a tenant, no zero page, 256 pages as in Linux. */
    public static final MergeRules USUAL = new MergeRules(false, false, false, 256);

    public MergeRules {
        if (maxSharing < 2 || maxSharing > MOST_SHARING) {
            throw MoraineException.caller(
                    Errno.EINVAL, "a merged page is to stand for " + maxSharing + " pages; name 2 to " + MOST_SHARING);
        }
    }
}
