package moraine.core.impl.daemon;

import moraine.core.api.model.Attribute;
import moraine.core.impl.MechanismImpl;

/** Reclaims as a daemon does, without one. */
public final class TestReclaim {
    private static final int FOLIOS = 4096;

    private TestReclaim() {}

    /** Scans a node once, and reclaims what was met. @return pages that are free now */
    public static int all(MechanismImpl mechanism, int node) {
        return matching(mechanism, node, Attribute.RECLAIMABLE);
    }

    /** Scans a node once, does something, and reclaims what was met. @return pages that are free now */
    public static int after(MechanismImpl mechanism, int node, Runnable meanwhile) {
        var work = new FrameWork(mechanism.rooms(), mechanism.spaceList(), node);
        try {
            var list = new FolioList(work, FOLIOS);
            work.scan(node, Attribute.RECLAIMABLE, list, Long.MAX_VALUE);
            meanwhile.run();
            return work.reclaim(list, Long.MAX_VALUE, Long.MAX_VALUE);
        } finally {
            work.close();
        }
    }

    /** Scans a node once for an attribute, and reclaims what was met. @return pages that are free now */
    public static int matching(MechanismImpl mechanism, int node, Attribute service) {
        var work = new FrameWork(mechanism.rooms(), mechanism.spaceList(), node);
        try {
            var list = new FolioList(work, FOLIOS);
            work.scan(node, service, list, Long.MAX_VALUE);
            return work.reclaim(list, Long.MAX_VALUE, Long.MAX_VALUE);
        } finally {
            work.close();
        }
    }

    /** Scans a node once, and reclaims the folio that begins with a frame. @return pages that are free now */
    public static int frame(MechanismImpl mechanism, int node, long pfn) {
        var work = new FrameWork(mechanism.rooms(), mechanism.spaceList(), node);
        try {
            var list = new FolioList(work, FOLIOS);
            work.scan(node, Attribute.RECLAIMABLE, list, Long.MAX_VALUE);
            for (int i = list.size() - 1; i >= 0; i--) {
                if (list.pfn(i) != pfn) {
                    list.remove(i);
                }
            }
            return work.reclaim(list, Long.MAX_VALUE, Long.MAX_VALUE);
        } finally {
            work.close();
        }
    }
}
