package moraine.bench.stress;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;
import moraine.bench.PlayedDevice;
import moraine.bench.Rig;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Actors;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.mirror.DeviceTable;
import moraine.core.impl.space.SpaceImpl;

/** One machine for all states of a test, and frames that no mechanism knows of. */
@SuppressWarnings("restricted")
final class Shared {
    static final Rig RIG = Rig.of(Backing.BYTES, 1 << 14, 1 << 14);
    static final SpaceImpl SPACE = RIG.openSpace("stressed");
    static final long ADDRESS = 1L << 36;

    private static final int FRAMES = 1 << 13;
    private static final long FIRST = firstFrame();
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final AtomicLong NEXT = new AtomicLong();

    private Shared() {}

    private static long firstFrame() {
        Agent agent = rooms().newAgent();
        long first = Long.MAX_VALUE;
        for (int i = 0; i < FRAMES; i++) {
            agent.worker().request.reset(Reason.CPU_FAULT, Intent.WRITE, Rig.CPU, 0);
            first = Math.min(first, rooms().allocator.allocate(agent.worker(), agent.worker().request, 0));
        }
        return first;
    }

    static Rooms rooms() {
        return RIG.rooms();
    }

    static Actors actors() {
        return rooms().actors;
    }

    /** {@return a table of its own, filled by nobody} */
    static DeviceTable table() {
        return new DeviceTable(SPACE, Rig.DEVICE, "stress", new PlayedDevice(), actors(), rooms().duplicates);
    }

    /** {@return a frame that no other live state uses, with a word in it} */
    static long frame(long word) {
        long pfn = FIRST + NEXT.getAndIncrement() % FRAMES;
        poke(pfn, word);
        return pfn;
    }

    static void poke(long pfn, long word) {
        ALL.set(ValueLayout.JAVA_LONG, rooms().frames.address(pfn), word);
    }

    static long peek(long pfn) {
        return ALL.get(ValueLayout.JAVA_LONG, rooms().frames.address(pfn));
    }
}
