package moraine.core.impl.space;

import java.util.List;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Sharing;
import moraine.core.impl.Rooms;
import moraine.core.impl.cache.BufferObject;
import moraine.core.impl.cache.CachedObject;
import moraine.core.impl.vma.Vma;
import moraine.core.impl.vma.VmaMap;

/** What callers of a space may ask for; each refusal says what, where, both values and the remedy. */
public final class Checks {
    private Checks() {}

    static void mapping(MapRequest request) {
        if (request.bytes() <= 0 || request.bytes() > Pages.ADDRESS_LIMIT) {
            throw invalid("length " + request.bytes() + " is not between 1 and " + Pages.ADDRESS_LIMIT + " bytes");
        }
        if (request.alignment() != Pages.SIZE && request.alignment() != Pages.LARGE_SIZE) {
            throw invalid("alignment " + request.alignment() + " is neither " + Pages.SIZE + " nor " + Pages.LARGE_SIZE
                    + "; choose one");
        }
        if (request.address() != 0) {
            range(request.address(), request.bytes());
        }
        if (request.largeOnly() && request.sharing() == Sharing.SHARED) {
            throw MoraineException.caller(
                    Errno.EOPNOTSUPP, "a mapping of 2 MiB pages only cannot be shared; map it private");
        }
        if (request.largeOnly() && (request.address() & Pages.LARGE_SIZE - 1) != 0) {
            throw invalid("address 0x" + Long.toHexString(request.address()) + " of a mapping of 2 MiB pages only is"
                    + " not a multiple of " + Pages.LARGE_SIZE + "; align it");
        }
    }

    /** Refuses a range that ends within a page of a mapping of 2 MiB pages only. */
    static void wholeLargePages(VmaMap map, long start, long end) {
        for (Vma vma : map.overlapping(start, end)) {
            long ends = Math.max(start, vma.start()) | Math.min(end, vma.end());
            if (vma.largeOnly() && (ends & Pages.LARGE_SIZE - 1) != 0) {
                throw invalid("range " + Pages.range(start, end) + " ends within a page of mapping "
                        + Pages.range(vma.start(), vma.end()) + ", which has pages of " + Pages.LARGE_SIZE
                        + " bytes only; align it");
            }
        }
    }

    /** Refuses advice that needs pages of 4 KiB, or a choice of size, where there are only large ones. */
    static void sizeable(VmaMap map, long start, long end, Advice advice) {
        for (Vma vma : map.overlapping(start, end)) {
            if (vma.largeOnly()) {
                throw invalid("advice " + advice.kind() + " on range " + Pages.range(start, end) + " meets mapping "
                        + Pages.range(vma.start(), vma.end()) + ", which has pages of " + Pages.LARGE_SIZE
                        + " bytes only; leave it out");
            }
        }
    }

    /** {@return the end of the range, rounded up to a page} */
    public static long range(long address, long bytes) {
        if (!Pages.aligned(address) || address < 0) {
            throw invalid(
                    "address 0x" + Long.toHexString(address) + " is not a multiple of " + Pages.SIZE + "; align it");
        }
        if (bytes <= 0 || address > Pages.ADDRESS_LIMIT - bytes) {
            throw invalid("range from 0x" + Long.toHexString(address) + " of " + bytes
                    + " bytes is empty or ends beyond 0x" + Long.toHexString(Pages.ADDRESS_LIMIT) + "; shorten it");
        }
        return Pages.ceil(address + bytes);
    }

    static void free(VmaMap map, long start, long end) {
        List<Vma> there = map.overlapping(start, end);
        if (!there.isEmpty()) {
            throw MoraineException.caller(
                    Errno.EEXIST,
                    "range " + Pages.range(start, end) + " overlaps mapping "
                            + Pages.range(
                                    there.getFirst().start(), there.getFirst().end())
                            + "; unmap it first or choose another address");
        }
    }

    static void covered(VmaMap map, long start, long end) {
        long at = start;
        for (Vma vma : map.overlapping(start, end)) {
            if (vma.start() > at) {
                break;
            }
            at = vma.end();
        }
        if (at < end) {
            throw MoraineException.caller(
                    Errno.ENOMEM,
                    "range " + Pages.range(start, end) + " is not mapped from 0x" + Long.toHexString(at)
                            + " on; map it first");
        }
    }

    static void anonymous(VmaMap map, long start, long end, Advice advice) {
        for (Vma vma : map.overlapping(start, end)) {
            if (vma.shared()) {
                throw MoraineException.caller(
                        Errno.EOPNOTSUPP,
                        "advice " + advice.kind() + " on range " + Pages.range(start, end) + " meets mapping "
                                + Pages.range(vma.start(), vma.end())
                                + ", which is shared; others may need its content, so unmap it instead");
            }
        }
    }

    static Vma single(VmaMap map, long start, long end) {
        Vma vma = map.find(start);
        if (vma == null || !vma.covers(start, end)) {
            throw MoraineException.caller(
                    Errno.EFAULT, "range " + Pages.range(start, end) + " is not inside one mapping; map it first");
        }
        return vma;
    }

    static void keeping(boolean keepOld, boolean mayMove, long address, long oldBytes, long newBytes) {
        if (keepOld && (!mayMove || oldBytes != newBytes)) {
            throw invalid("mapping at 0x" + Long.toHexString(address) + " is to stay, and " + oldBytes
                    + " bytes to become " + newBytes + (mayMove ? "" : " in place")
                    + "; let it move with its length as it is");
        }
    }

    static void length(Vma vma, long newBytes) {
        if (vma.largeOnly() && (newBytes & Pages.LARGE_SIZE - 1) != 0) {
            throw invalid("length " + newBytes + " of mapping " + Pages.range(vma.start(), vma.end())
                    + " is no multiple of its pages' " + Pages.LARGE_SIZE + " bytes; round it");
        }
    }

    static void mayMove(boolean mayMove, long address, long oldBytes, long newBytes) {
        if (!mayMove) {
            throw MoraineException.caller(
                    Errno.ENOMEM,
                    "mapping at 0x" + Long.toHexString(address) + " cannot grow in place from " + oldBytes + " to "
                            + newBytes + " bytes; allow it to move");
        }
    }

    static void source(MapRequest request, CachedObject object, long offset, boolean mayWrite) {
        if (offset < 0 || !Pages.aligned(offset)) {
            throw invalid("offset " + offset + " is not a multiple of " + Pages.SIZE + "; align it");
        }
        if (object instanceof BufferObject buffer && offset > buffer.bytes() - Pages.ceil(request.bytes())) {
            throw invalid("a mapping of " + request.bytes() + " bytes from offset " + offset
                    + " ends beyond the buffer of " + buffer.bytes() + " bytes; shorten it");
        }
        if (!mayWrite && request.protection() == Protection.READ_WRITE) {
            throw MoraineException.caller(
                    Errno.EACCES,
                    "a shared mapping that may be written needs a file that was opened writable; open it so, or map it"
                            + " privately");
        }
    }

    static void mayWrite(VmaMap map, long start, long end, Protection protection) {
        for (Vma vma : map.overlapping(start, end)) {
            if (protection == Protection.READ_WRITE && !vma.mayWrite()) {
                throw MoraineException.caller(
                        Errno.EACCES,
                        "mapping " + Pages.range(vma.start(), vma.end())
                                + " shares a file that was opened to be read only; open it writable and map it again");
            }
        }
    }

    static void mayGrow(Vma vma, long newEnd) {
        if (vma.source() instanceof BufferObject) {
            throw MoraineException.caller(
                    Errno.EFAULT,
                    "mapping " + Pages.range(vma.start(), vma.end()) + " shows a driver's buffer and cannot grow to 0x"
                            + Long.toHexString(newEnd) + "; map the buffer again");
        }
    }

    static void registrable(VmaMap map, long start, long end) {
        for (Vma vma : map.overlapping(start, end)) {
            if (vma.userfault() != null) {
                throw MoraineException.caller(
                        Errno.EBUSY,
                        "mapping " + Pages.range(vma.start(), vma.end()) + " has a handler already; close that first");
            }
            if (!vma.plain()) {
                throw invalid("mapping " + Pages.range(vma.start(), vma.end())
                        + " is shared or shows a file; a handler fills private anonymous memory only");
            }
            if (vma.largeOnly()) {
                throw invalid("mapping " + Pages.range(vma.start(), vma.end())
                        + " is made of 2 MiB pages only; a handler fills pages of 4 KiB, so map it without largePages");
            }
        }
    }

    static void equallyMany(int addresses, int nodes) {
        if (addresses != nodes) {
            throw invalid(
                    addresses + " addresses and " + nodes + " nodes were given; name a node for each, or none at all");
        }
    }

    static void nodes(NodeSet from, NodeSet to) {
        if (from.isEmpty() || to.isEmpty()) {
            throw invalid("pages are to go from nodes " + from + " to nodes " + to + "; name at least one of each");
        }
    }

    static void migratable(int node, NodeSet migratable, NodeSet allowed, String policy) {
        if (!migratable.contains(node) || !allowed.contains(node)) {
            throw MoraineException.caller(
                    Errno.EACCES,
                    "an application may not move pages to node " + node + " under policy " + policy + ", which allows "
                            + migratable.and(allowed) + "; choose among these");
        }
    }

    /** Refuses a node whose memory cannot be asked for, as that of a device which is going or gone. */
    public static void memory(Rooms rooms, int node, String what) {
        if (!rooms.topology.exists(node)) {
            throw MoraineException.caller(
                    Errno.ENODEV, what + ": there is no node " + node + "; see the machine's nodes");
        }
        device(rooms, node, what);
        if (rooms.allocator.capacity(node) == 0) {
            throw MoraineException.caller(
                    Errno.ENODEV, what + ": " + named(rooms, node) + " has no memory; name a node that has");
        }
    }

    /** Refuses a node of a device which is going or gone. */
    public static void device(Rooms rooms, int node, String what) {
        if ((rooms.absentDevices() >>> node & 1) != 0) {
            throw MoraineException.caller(
                    Errno.ENODEV,
                    what + ": the device of " + named(rooms, node)
                            + " is gone; install its driver, or name another node");
        }
    }

    private static String named(Rooms rooms, int node) {
        return "node " + node + " (" + rooms.topology.node(node).name() + ")";
    }

    private static MoraineException invalid(String message) {
        return MoraineException.caller(Errno.EINVAL, message);
    }
}
