package moraine.core.api.model;

/** Outcomes under the names a kernel engineer knows. */
public enum Errno {
    OK,
    /** Operation not permitted: a write to a read-only mapping, a device that may not see the page. */
    EPERM,
    /** No such thing: no page, device, policy or node of that name. */
    ENOENT,
    /** Try again: the state changed meanwhile. */
    EAGAIN,
    /** No memory in the allowed nodes. */
    ENOMEM,
    /** Not allowed by tenant, cpuset or plug-in guard. */
    EACCES,
    /** Address outside every mapping, or a mapping that forbids the access. */
    EFAULT,
    /** In use: pinned, locked, migrating, or the deadline passed. */
    EBUSY,
    EEXIST,
    /** The device is going or gone. */
    ENODEV,
    /** An argument breaks a stated rule. */
    EINVAL,
    /** A counter or table is full. */
    EOVERFLOW,
    /** The memory type or device does not offer the operation. */
    EOPNOTSUPP,
    /** The object was closed. */
    EBADF,
    /** The access cannot be completed and never will (bus error). */
    SIGBUS,
    /** Data could not be read or written. */
    EIO,
    /** The tenant's quota is used up. */
    EDQUOT,
    /** The deadline passed. */
    ETIMEDOUT,
    /** The space was ended because it overflowed the memory that it was bound to. */
    SIGKILL
}
