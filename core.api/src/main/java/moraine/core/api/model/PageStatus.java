package moraine.core.api.model;

/**
 * What became of one page that was to be moved (the status of Linux {@code move_pages}).
 *
 * @param address of the page
 * @param node where it is now, -1 where {@code errno} is not OK
 * @param errno OK; ENOENT where no page is yet; EFAULT outside every mapping, or at the zero page; EACCES for a page
 *     that others map too; EBUSY for one that is pinned or in use; ENOMEM when the node has no room; EOPNOTSUPP for one
 *     that the node's type cannot hold
 */
public record PageStatus(long address, int node, Errno errno) {}
