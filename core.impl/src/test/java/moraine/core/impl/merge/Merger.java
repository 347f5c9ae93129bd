package moraine.core.impl.merge;

import moraine.core.api.daemon.MergeRules;
import moraine.core.api.model.Attribute;
import moraine.core.impl.Rooms;
import moraine.core.impl.daemon.FolioList;
import moraine.core.impl.daemon.FrameWork;
import moraine.core.impl.daemon.Lists;
import moraine.core.impl.space.Spaces;

/** Merges as a daemon does, round after round, on the thread that asks. */
public final class Merger implements AutoCloseable {
    private static final int FOLIOS = 64;
    private static final int MOVER = 0;

    private final Rooms rooms;
    private final FrameWork work;
    private final FolioList list = Lists.of(FOLIOS);
    private MergeRules rules = MergeRules.USUAL;
    private long round;

    public Merger(Rooms rooms, Spaces spaces) {
        this.rooms = rooms;
        this.work = new FrameWork(rooms, spaces, /* initiator= */ 0);
    }

    /** Merges by these rules from now on. */
    public Merger by(MergeRules other) {
        rules = other;
        return this;
    }

    /** Goes once over the pages of every node. @return pages freed */
    public int round() {
        round++;
        int freed = 0;
        for (int node = 0; node < rooms.topology.nodes(); node++) {
            while (work.scan(node, Attribute.MERGEABLE, list, Long.MAX_VALUE) > 0) {
                freed += work.merge(list, rules, round, MOVER, Long.MAX_VALUE, Long.MAX_VALUE);
            }
        }
        return freed;
    }

    /** Goes over all pages until their checksums are known and the next round has merged them. @return pages freed */
    public int settle() {
        return round() + round();
    }

    @Override
    public void close() {
        work.close();
    }
}
