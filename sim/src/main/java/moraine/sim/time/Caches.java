package moraine.sim.time;

import java.util.Map;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.ProcessorSpec;
import moraine.core.api.model.TopologyProfile;
import org.jspecify.annotations.Nullable;

/**
 * The cache filters of all initiators, kept coherent: a first write drops the line elsewhere, a miss ends the others'
 * right to write it silently. The actors of an initiator share its filter. Lines are those of frames, so that spaces
 * are told apart and share what they map together.
 */
final class Caches {
    private final @Nullable CacheFilter[] filters;
    private final int[] lineShift;

    Caches(TopologyProfile topology, Map<Integer, Long> cacheBytes) {
        int nodes = topology.nodes().stream().mapToInt(n -> n.id()).max().orElse(-1) + 1;
        filters = new @Nullable CacheFilter[nodes];
        lineShift = new int[nodes];
        for (ProcessorSpec processor : topology.processors()) {
            int line = (int) processor.lineBytes().value();
            long bytes = cacheBytes.getOrDefault(
                    processor.node(), (long) processor.cacheBytes().value());
            filters[processor.node()] =
                    new CacheFilter(bytes, (int) processor.cacheWays().value(), line);
            lineShift[processor.node()] = Integer.numberOfTrailingZeros(line);
        }
    }

    /** {@return how many lines the bytes lie in} */
    long lines(int initiator, long address, int bytes) {
        return ((address + bytes - 1) >>> lineShift[initiator]) - (address >>> lineShift[initiator]) + 1;
    }

    /** Passes a reference. @return how many of its lines were absent */
    long access(int initiator, int node, long address, int bytes, boolean write) {
        CacheFilter own = filter(initiator);
        long last = (address + bytes - 1) >>> lineShift[initiator];
        long missed = 0;
        for (long line = address >>> lineShift[initiator]; line <= last; line++) {
            long tag = CacheFilter.tag(line, node);
            long found = own.lookup(tag);
            if (found == 0) {
                missed++;
                own.insert(tag, write);
                tellOthers(own, tag, write);
            } else if (write && !CacheFilter.modified(found)) {
                own.modify(tag);
                tellOthers(own, tag, /* write= */ true);
            }
        }
        return missed;
    }

    private void tellOthers(CacheFilter own, long tag, boolean write) {
        for (CacheFilter other : filters) {
            if (other != null && other != own) {
                if (write) {
                    other.invalidate(tag);
                } else {
                    other.share(tag);
                }
            }
        }
    }

    private CacheFilter filter(int initiator) {
        CacheFilter filter = filters[initiator];
        if (filter == null) {
            throw new MoraineException(
                    Errno.EINVAL,
                    Blame.CALLER,
                    "node " + initiator + " accesses memory but has no processors in the profile; add them");
        }
        return filter;
    }
}
