package moraine.core.impl.migration;

import moraine.core.api.model.Attribute;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Reason;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.vma.Vma;

/** Which pages of a mapping an order may move: a question of the type of the memory at both ends, and of owners. */
class Selection {
    private final Rooms rooms;
    private final Order order;

    Selection(Rooms rooms, Order order) {
        this.rooms = rooms;
        this.order = order;
    }

    boolean allows(Vma vma, long head) {
        int type = rooms.frames.type(head);
        if (!rooms.types.movable(type) || rooms.frames.flag(head, Frames.UNEVICTABLE)) {
            return false;
        }
        int node = rooms.frames.node(head);
        if (!order.takes(node, rooms.topology.kind(node))) {
            return false;
        }
        if (vma.largeOnly() && order.target >= 0 && rooms.topology.kind(order.target) == NodeKind.DEVICE) {
            return false;
        }
        if (order.target < 0) {
            return !rooms.types.cpuAddressable(type) || order.reason != Reason.BRING_BACK || order.selective();
        }
        return (byApplication(type) || !foreign(vma, node)) && holds(order.target, head);
    }

    /** {@return whether a node's memory may hold the page: one of shared memory or a file, or a merged one} */
    private boolean holds(int node, long head) {
        return (!kept(head) || holdsFiles(node))
                && (!rooms.merging.merged(head)
                        || rooms.merging.holdable(rooms.regimes.current().typeOfNode(node)));
    }

    /** {@return whether a folio found by frame number may go where the order says} */
    boolean allows(long head) {
        return order.target < 0 || holds(order.target, head);
    }

    /**
     * {@return whether the page may lie in a frame that was got for it} A policy may have come since it was collected.
     */
    boolean fits(long head, long target) {
        int type = rooms.frames.type(target);
        return (!kept(head) || rooms.types.has(type, Attribute.FILE_BACKABLE))
                && (!rooms.merging.merged(head) || rooms.merging.holdable(type));
    }

    /** {@return whether an application moves what its type lets applications move, owners or not} */
    private boolean byApplication(int type) {
        return order.reason == Reason.USER_MIGRATE && rooms.types.has(type, Attribute.USER_MIGRATABLE);
    }

    /** {@return whether both nodes are devices, and not of one owner} */
    private boolean foreign(Vma vma, int node) {
        return rooms.topology.kind(node) == NodeKind.DEVICE
                && rooms.topology.kind(order.target) == NodeKind.DEVICE
                && !vma.space()
                        .devices()
                        .owner(node)
                        .equals(vma.space().devices().owner(order.target));
    }

    /** {@return whether a page is shared memory's or a file's, as it may be under a private mapping too} */
    private boolean kept(long head) {
        MemoryObject object = rooms.objects.get(rooms.frames.object(head));
        return object != null && object.shared();
    }

    private boolean holdsFiles(int node) {
        return rooms.types.has(rooms.regimes.current().typeOfNode(node), Attribute.FILE_BACKABLE);
    }
}
