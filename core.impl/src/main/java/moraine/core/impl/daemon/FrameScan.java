package moraine.core.impl.daemon;

import moraine.core.api.model.Attribute;
import moraine.core.api.time.Cost;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.cache.CachedObject;
import moraine.core.impl.frames.FrameWord;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.space.Spaces;

/**
 * Goes over the records of a node's frames, in ascending order, in rounds. It takes no reference and no lock: what it
 * reads may be past a moment later, which whoever acts on it has to look at again.
 */
final class FrameScan {
    private static final int NODES = 64;
    /** Frames between two looks at the clock. */
    private static final int PATIENCE = 256;
    /** What it costs to look at a page in use: its record and its object come from memory. */
    private static final long LOOK_NS = 20;

    /** Flags of a frame that is no page. */
    static final long ABSENT = FrameWord.flags(Frames.TAIL | Frames.FREE | Frames.CACHED | Frames.OFFLINE);

    private final Rooms rooms;
    private final Spaces spaces;
    private final Frames frames;
    private final Census census;
    private final int initiator;
    /** Where the next scan of a node begins: section and offset. */
    private final long[] positions = new long[NODES];

    private long met;

    FrameScan(Rooms rooms, Spaces spaces, Census census, int initiator) {
        this.rooms = rooms;
        this.spaces = spaces;
        this.frames = rooms.frames;
        this.census = census;
        this.initiator = initiator;
    }

    /** Fills a list, which was cleared; within the world. @return folios in it */
    int run(Agent agent, FolioList into, long endNs) {
        boolean ages = into.service() == Attribute.RECLAIMABLE;
        if (ages && positions[into.node()] == 0) {
            spaces.renewTranslations();
        }
        met = 0;
        boolean ended = walk(into, ages, endNs);
        if (ended && into.size() == 0) {
            positions[into.node()] = 0;
        }
        agent.count(Stat.PGSCAN, ages ? met : 0);
        rooms.charge(Cost.COMPUTE, initiator, initiator, initiator, met * LOOK_NS);
        return into.size();
    }

    /** {@return whether the node's last frame was passed} */
    private boolean walk(FolioList into, boolean ages, long endNs) {
        int sections = frames.sections();
        long position = positions[into.node()];
        int section = (int) (position >>> 32);
        int offset = (int) position;
        int looked = 0;
        while (section < sections && into.room()) {
            if (offset >= frames.pages(section) || !holds(section, into.node())) {
                section++;
                offset = 0;
                continue;
            }
            if (++looked % PATIENCE == 0 && rooms.nowNs() + met * LOOK_NS >= endNs) {
                break;
            }
            offset += look(frames.firstPfn(section) + offset, into, ages);
        }
        positions[into.node()] = (long) section << 32 | offset;
        return section >= sections;
    }

    private boolean holds(int section, int node) {
        return frames.created(section) && frames.node(frames.firstPfn(section)) == node;
    }

    /** Looks at a frame. @return frames to go on by */
    private int look(long pfn, FolioList into, boolean ages) {
        long word = frames.word0(pfn);
        if ((word & ABSENT) != 0 || (word & FrameWord.REFS) == 0) {
            return 1;
        }
        int pages = 1 << frames.order(pfn);
        int type = FrameWord.type(word);
        if (!rooms.types.has(type, into.service()) || ages && !rooms.types.has(type, Attribute.ON_LRU)) {
            return pages;
        }
        MemoryObject object = rooms.objects.get(frames.object(pfn));
        int mapped = FrameWord.mappings(word);
        if (object == null || mapped == 0 && !object.shared()) {
            return pages;
        }
        met += pages;
        add(pfn, word, object, into);
        describe(pfn, object, into, ages);
        into.unused((byte) census.unused(into.node(), pfn));
        return pages;
    }

    private void add(long pfn, long word, MemoryObject object, FolioList into) {
        long identity = FrameWord.owner(object.id(), frames.index(pfn));
        into.add(pfn, identity, frames.order(pfn) > 0, FrameWord.tenant(word), FrameWord.mappings(word));
    }

    /** Whether a file's page is dirty is read without its lock, and so is a guess. */
    private void describe(long pfn, MemoryObject object, FolioList into, boolean ages) {
        boolean young = ages ? frames.testAndClearYoung(pfn) : frames.isYoung(pfn);
        int age = frames.age(pfn);
        if (ages) {
            age = young ? 0 : age + 1;
            frames.age(pfn, age);
        }
        boolean anonymous = !(object instanceof CachedObject);
        into.describe(age, young, anonymous, !anonymous && object.dirty(frames.index(pfn)));
    }
}
