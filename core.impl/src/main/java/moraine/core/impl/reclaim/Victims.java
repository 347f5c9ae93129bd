package moraine.core.impl.reclaim;

import java.util.Arrays;
import moraine.core.api.model.Attribute;
import moraine.core.api.time.Cost;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.frames.FrameWord;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.migration.FrameCursor;
import moraine.core.impl.rmap.MemoryObject;

/**
 * Chooses pages of a node and takes them out of memory, for a touch that needs room. Confined to one agent.
 *
 * <p>Victims come from the {@link Clock}: of the next pages that nobody used since they were passed last, the oldest. A
 * page that was used meanwhile is passed over once. Records are read without reference and lock; who is chosen is held,
 * both tried, and looked at again.
 */
final class Victims {
    static final int ANYBODY = -1;

    /** Pages among which the oldest are chosen. */
    private static final int WINDOW = 256;
    /** What it costs to look at a page in use: its record and its object come from memory. */
    private static final long LOOK_NS = 20;

    private static final int AGE_SHIFT = 32;
    private static final int OLDEST = 255;

    /** Flags of a frame that is no page, or none that may leave. */
    private static final long STAYS = FrameWord.flags(Frames.TAIL
            | Frames.FREE
            | Frames.CACHED
            | Frames.OFFLINE
            | Frames.PINNED
            | Frames.UNEVICTABLE
            | Frames.WRITEBACK);

    private static final long LOCKED = FrameWord.flags(Frames.LOCKED);

    private final Rooms rooms;
    private final Frames frames;
    private final Agent agent;
    private final Reclaimer reclaimer;
    private final long[] pfns = new long[WINDOW];
    /** Where the hand is behind them. */
    private final long[] ends = new long[WINDOW];
    /** Age, the oldest first, and place in the window. */
    private final long[] order = new long[WINDOW];

    private int count;
    private long met;
    private boolean contested;

    Victims(Rooms rooms, Agent agent) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.agent = agent;
        this.reclaimer = new Reclaimer(rooms, agent);
    }

    /** Forgets what was met before. */
    void begin() {
        contested = false;
        reclaimer.begin();
    }

    /** {@return whether somebody held pages since the last call that could have gone} */
    boolean contested() {
        boolean was = contested;
        contested = false;
        return was;
    }

    /** {@return what takes them out of memory} */
    Reclaimer reclaimer() {
        return reclaimer;
    }

    /**
     * Takes pages of a node out of memory; looks at each frame at most twice. Within the world.
     *
     * @param tenant whose pages, or {@link #ANYBODY}
     * @return pages that are free now
     */
    int take(int node, int tenant, int wanted) {
        long all = rooms.allocator.capacity(node);
        long budget = 2 * all;
        int freed = 0;
        met = 0;
        do {
            long hand = rooms.clock.hand(node);
            var cursor = new FrameCursor(frames, node, hand);
            budget -= look(cursor, tenant, Math.min(budget, all));
            int chosen = choose(wanted - freed);
            long to = chosen == 0 ? cursor.position() : behind(chosen);
            if (rooms.clock.move(node, hand, to)) {
                pass(node, hand, to, tenant);
                freed += out(chosen, tenant);
            } else {
                contested = true;
            }
        } while (freed < wanted && budget > 0 && !reclaimer.failed());
        agent.count(Stat.PGSCAN_DIRECT, met);
        agent.count(Stat.PGSTEAL_DIRECT, freed);
        int initiator = agent.initiator();
        rooms.charge(Cost.COMPUTE, initiator, initiator, initiator, met * LOOK_NS);
        return freed;
    }

    /** Fills the window with pages that nobody used lately. @return frames looked at, at least 1 */
    private long look(FrameCursor cursor, int tenant, long most) {
        count = 0;
        long looked = 0;
        do {
            long pfn = cursor.next();
            looked++;
            if (pfn >= 0 && mayGo(pfn, tenant)) {
                met += 1 << frames.order(pfn);
                if (!frames.isYoung(pfn)) {
                    add(pfn, cursor.position());
                }
            }
        } while (looked < most && count < WINDOW);
        return looked;
    }

    private void add(long pfn, long behind) {
        pfns[count] = pfn;
        ends[count] = behind;
        order[count] = (long) (OLDEST - frames.age(pfn)) << AGE_SHIFT | count;
        count++;
    }

    /** Brings the oldest of the window to its front, equally old ones in the order of their frames. @return how many */
    private int choose(int wanted) {
        Arrays.sort(order, 0, count);
        return Math.min(count, wanted);
    }

    /** {@return the position behind the last page that is chosen} */
    private long behind(int chosen) {
        int last = 0;
        for (int i = 0; i < chosen; i++) {
            last = Math.max(last, (int) order[i]);
        }
        return ends[last];
    }

    /** Takes the young marks of the pages that the hand has passed. */
    private void pass(int node, long from, long to, int tenant) {
        var cursor = new FrameCursor(frames, node, from);
        boolean round = from == 0;
        long last = -1;
        long left = rooms.allocator.capacity(node);
        do {
            long pfn = cursor.next();
            round |= pfn <= last;
            last = pfn;
            if (pfn >= 0 && mayGo(pfn, tenant) && frames.testAndClearYoung(pfn)) {
                frames.age(pfn, 0);
            }
        } while (--left > 0 && cursor.position() != to);
        if (round) {
            rooms.clock.newRound();
        }
    }

    /** Takes the chosen pages out of memory, as far as they can be held. @return pages that are free now */
    private int out(int chosen, int tenant) {
        int taken = 0;
        int freed = 0;
        for (int i = 0; i < chosen; i++) {
            long pfn = pfns[(int) order[i]];
            if (hold(pfn, tenant)) {
                taken += 1 << frames.order(pfn);
                freed += reclaimer.take(pfn);
            }
        }
        freed += reclaimer.end();
        contested |= freed < taken;
        return freed;
    }

    private boolean hold(long pfn, int tenant) {
        if (!frames.hold(pfn)) {
            contested = true;
            return false;
        }
        if (!frames.isYoung(pfn) && mayGo(frames.word0(pfn) & ~LOCKED, pfn, tenant)) {
            return true;
        }
        agent.letGo(pfn);
        return false;
    }

    private boolean mayGo(long pfn, int tenant) {
        long word = frames.word0(pfn);
        boolean may = mayGo(word & ~LOCKED, pfn, tenant);
        contested |= may && (word & LOCKED) != 0;
        return may && (word & LOCKED) == 0;
    }

    /** {@return whether what a frame holds may leave memory, as far as its record says} */
    private boolean mayGo(long word, long pfn, int tenant) {
        int type = FrameWord.type(word);
        if ((word & STAYS) != 0
                || (word & FrameWord.REFS) == 0
                || tenant != ANYBODY && FrameWord.tenant(word) != tenant
                || !leaves(type)) {
            return false;
        }
        MemoryObject object = rooms.objects.get(frames.object(pfn));
        if (object == null || FrameWord.mappings(word) == 0 && !object.shared()) {
            return false;
        }
        return switch (object.kind()) {
            case FILE -> true;
            case PRIVATE, SHARED -> {
                int pages = 1 << frames.order(pfn);
                boolean fits = rooms.swap.slots().free() >= pages && !(pages > 1 && object.shared());
                yield fits || (word & FrameWord.flags(Frames.LAZY)) != 0;
            }
            case BUFFER, MERGED -> false;
        };
    }

    /** {@return whether reclaim may take pages of a type, which then come back for whoever touches them} */
    boolean leaves(int type) {
        return rooms.types.has(type, Attribute.RECLAIMABLE)
                && rooms.types.has(type, Attribute.ON_LRU)
                && rooms.types.movable(type)
                && rooms.types.cpuAddressable(type);
    }
}
