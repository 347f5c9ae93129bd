package moraine.core.impl.daemon;

import moraine.core.api.time.Cost;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.FrameWord;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.History;
import moraine.core.impl.frames.Uses;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.space.Spaces;

/**
 * Counts whose pages of a node were used, round after round. As a scan it takes no reference and no lock. A round marks
 * translations void as it begins, so that a page which is still used is marked used again; a processor that marks a
 * page just when its marks are taken may lose the mark until the next round.
 */
final class Census {
    private static final int NODES = 64;
    /** Frames between two looks at the clock. */
    private static final int PATIENCE = 256;
    /** What it costs to look at a page in use: its record comes from memory. */
    private static final long LOOK_NS = 20;

    private static final long ABSENT = FrameWord.flags(Frames.TAIL | Frames.FREE | Frames.CACHED | Frames.OFFLINE);

    private final Rooms rooms;
    private final Spaces spaces;
    private final Frames frames;
    private final int initiator;
    private final Round[] rounds = new Round[NODES];

    /** A round that is under way, or the last one. */
    private static final class Round {
        final OwnerList sums = new OwnerList(Round.class);
        int section;
        int offset;
        boolean under;
        long begunNs;
        /** When the round before began. */
        long beforeNs;
    }

    Census(Rooms rooms, Spaces spaces, int initiator) {
        this.rooms = rooms;
        this.spaces = spaces;
        this.frames = rooms.frames;
        this.initiator = initiator;
    }

    /** {@return rounds since a page of a node was used, 0 for one that came since the last round but one} */
    int unused(int node, long pfn) {
        Round round = rounds[node];
        boolean counted = round != null && History.sinceNs(frames.history(pfn)) < History.floor(round.beforeNs);
        return counted ? Uses.unused(frames.uses(pfn)) : 0;
    }

    /** Goes on with a node's round; within the world. @return whether it ended; then the list has its figures */
    boolean run(int node, OwnerList into, long endNs) {
        Round round = rounds[node];
        if (round == null) {
            round = new Round();
            rounds[node] = round;
        }
        if (!round.under) {
            begin(round);
        }
        if (!walk(round, node, endNs)) {
            return false;
        }
        round.under = false;
        into.take(round.sums);
        return true;
    }

    private void begin(Round round) {
        round.under = true;
        round.section = 0;
        round.offset = 0;
        round.beforeNs = round.begunNs;
        round.begunNs = rooms.nowNs();
        round.sums.clear();
        for (SpaceImpl space : spaces.list()) {
            space.contexts().renew();
            space.devices().all().forEach(table -> table.contexts().renew());
        }
    }

    /** {@return whether the node's last frame was passed} */
    private boolean walk(Round round, int node, long endNs) {
        int sections = frames.sections();
        long met = 0;
        int looked = 0;
        while (round.section < sections) {
            if (round.offset >= frames.pages(round.section) || !holds(round.section, node)) {
                round.section++;
                round.offset = 0;
                continue;
            }
            if (++looked % PATIENCE == 0 && rooms.nowNs() + met * LOOK_NS >= endNs) {
                break;
            }
            long pfn = frames.firstPfn(round.section) + round.offset;
            int pages = look(round, pfn);
            met += pages > 0 ? 1 : 0;
            round.offset += Math.abs(pages);
        }
        rooms.charge(Cost.COMPUTE, initiator, initiator, initiator, met * LOOK_NS);
        return round.section >= sections;
    }

    private boolean holds(int section, int node) {
        return frames.created(section) && frames.node(frames.firstPfn(section)) == node;
    }

    /** Counts a frame. @return frames to go on by, below 0 where there is no page */
    private int look(Round round, long pfn) {
        long word = frames.word0(pfn);
        if ((word & ABSENT) != 0 || (word & FrameWord.REFS) == 0) {
            return -1;
        }
        int pages = 1 << frames.order(pfn);
        MemoryObject object = rooms.objects.get(frames.object(pfn));
        if (object == null || FrameWord.mappings(word) == 0 && !object.shared()) {
            return -pages;
        }
        int marks = frames.uses(pfn);
        boolean used = Uses.any(marks) || History.sinceNs(frames.history(pfn)) >= History.floor(round.beforeNs);
        int unused = used ? 0 : Math.min(Uses.unused(marks) + 1, Uses.MOST);
        frames.uses(pfn, Uses.counted(unused));
        OwnerList.Tally tally = round.sums.of(FrameWord.tenant(word));
        tally.unused[unused] += pages;
        tally.byCpu += (marks & Uses.CPU) != 0 ? pages : 0;
        tally.byDevice += (marks & Uses.DEVICE) != 0 ? pages : 0;
        return pages;
    }
}
