package moraine.core.impl.daemon;

import moraine.core.api.model.Attribute;
import moraine.core.api.time.Cost;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.cache.CachedObject;
import moraine.core.impl.frames.FrameWord;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.HintMarks;
import moraine.core.impl.numa.HintPlanter;
import moraine.core.impl.numa.HintRing;
import moraine.core.impl.rmap.MemoryObject;

/** Plants hints for one daemon, and takes the faults on them to it. */
final class HintWork {
    /** Folios between two looks at the clock. */
    private static final int PATIENCE = 64;
    /** What it costs to look at a page: its record, its object and its entry come from memory. */
    private static final long PLANT_NS = 40;

    private final Rooms rooms;
    private final Frames frames;
    private final Agent agent;
    private final HintPlanter planter;

    HintWork(Rooms rooms, Agent agent) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.agent = agent;
        this.planter = new HintPlanter(rooms, agent);
    }

    /** Plants hints in what is left of a list, which loses what was looked at. @return pages that got one */
    int plant(FolioList folios, long endNs) {
        rooms.world.enter(agent);
        try {
            int looked = 0;
            int planted = 0;
            while (folios.size() > 0 && (looked % PATIENCE != 0 || rooms.nowNs() + looked * PLANT_NS < endNs)) {
                looked++;
                planted += plant(folios, folios.size() - 1) ? folios.pages(folios.size() - 1) : 0;
                folios.remove(folios.size() - 1);
            }
            planter.announce();
            agent.count(Stat.NUMA_HINTED, planted);
            int node = agent.initiator();
            rooms.charge(Cost.COMPUTE, node, node, node, looked * PLANT_NS);
            return planted;
        } finally {
            rooms.world.exit(agent);
        }
    }

    private boolean plant(FolioList folios, int last) {
        long pfn = folios.pfn(last);
        if (!frames.exists(pfn) || frames.isTail(pfn) || !frames.hold(pfn)) {
            return false;
        }
        boolean planted = folios.isStill(last, frames)
                && rooms.types.has(frames.type(pfn), Attribute.HINT_FAULTABLE)
                && !frames.flag(pfn, Frames.PINNED)
                && planter.plant(pfn, rooms.nowNs());
        agent.letGo(pfn);
        return planted;
    }

    /** Fills an empty list with faults. @return how many */
    int drain(HintFaultList into) {
        rooms.world.enter(agent);
        try {
            HintRing.Reader reader =
                    (pfn, identity, toucher, mark, latencyNs) -> add(into, pfn, identity, toucher, mark, latencyNs);
            boolean more = true;
            while (more && into.room()) {
                more = rooms.hintFaults.take(reader);
            }
            return into.size();
        } finally {
            rooms.world.exit(agent);
        }
    }

    /** A page that is another by now, or whose memory takes hints no more, is nobody's business. */
    private void add(HintFaultList into, long pfn, long identity, int toucher, long mark, long latencyNs) {
        long word = frames.exists(pfn) ? frames.word0(pfn) : FrameWord.flags(Frames.FREE);
        MemoryObject object = rooms.objects.get(FrameWord.object(identity));
        if ((word & FrameScan.ABSENT) != 0 || frames.word1(pfn) != identity || object == null) {
            return;
        }
        if (!rooms.types.has(FrameWord.type(word), Attribute.HINT_FAULTABLE)) {
            return;
        }
        into.on(frames.node(pfn));
        into.add(pfn, identity, frames.order(pfn) > 0, FrameWord.tenant(word), FrameWord.mappings(word));
        boolean anonymous = !(object instanceof CachedObject);
        long index = FrameWord.index(identity);
        into.describe(frames.age(pfn), frames.isYoung(pfn), anonymous, !anonymous && object.dirty(index));
        into.touched(toucher, HintMarks.repeats(mark), HintMarks.changes(mark), latencyNs);
    }
}
