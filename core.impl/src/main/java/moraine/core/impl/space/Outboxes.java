package moraine.core.impl.space;

import java.util.Arrays;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import org.jspecify.annotations.Nullable;

/** Pages that wait to be moved, by node of destination; 512 at a time are sent. The space's lock is held shared. */
final class Outboxes {
    private final Agent agent;
    private final SpaceImpl space;
    private final int mover;
    private final long[] @Nullable [] boxes;
    private final int[] sizes;
    private long full;
    private long moved;

    Outboxes(Rooms rooms, Agent agent, SpaceImpl space) {
        this.agent = agent;
        this.space = space;
        this.mover = rooms.movers.intern("application");
        this.boxes = new long[rooms.topology.nodes()][];
        this.sizes = new int[boxes.length];
    }

    /** Sends a page to a node, now or with the next ones. */
    void add(int node, long address) {
        long[] box = boxes[node];
        if (box == null) {
            box = new long[Pages.PER_LARGE];
            boxes[node] = box;
        }
        box[sizes[node]++] = address;
        if (sizes[node] == box.length) {
            send(node);
        }
    }

    void sendAll() {
        for (int node = 0; node < boxes.length; node++) {
            send(node);
        }
    }

    private void send(int node) {
        long[] box = boxes[node];
        if (box == null || sizes[node] == 0) {
            return;
        }
        Arrays.sort(box, 0, sizes[node]);
        agent.batch().order().to(node, Reason.USER_MIGRATE, Cause.USER, mover).insisting();
        moved += agent.batch().movePages(space, box, sizes[node]);
        full |= agent.batch().full() ? 1L << node : 0;
        sizes[node] = 0;
    }

    /** {@return nodes on which pages found no room, a bit each} */
    long full() {
        return full;
    }

    boolean isFull(int node) {
        return (full >>> node & 1) != 0;
    }

    /** {@return pages moved so far} */
    long moved() {
        return moved;
    }
}
