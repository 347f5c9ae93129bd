package moraine.core.api.model;

import java.util.List;
import java.util.Map;

/**
 * How the memory of nodes appears to the allocator: data that a policy produces and the allocator interprets.
 *
 * @param types memory type of each node's new pages, by node id; a CPU or memory node left out is system RAM
 * @param zonelists which nodes an allocation walks
 * @param defaultMask nodes of a request without a mask of its own
 * @param selection whose list a request walks
 * @param admissions tests per node; a node left out admits everybody who reaches it
 * @param whenFull what becomes of touches that find a node full; a node left out passes them on
 */
public record Representation(
        Map<Integer, MemoryType> types,
        List<Zonelist> zonelists,
        NodeSet defaultMask,
        ListSelection selection,
        List<Admission> admissions,
        Map<Integer, WhenFull> whenFull) {
    public Representation {
        types = Map.copyOf(types);
        zonelists = List.copyOf(zonelists);
        admissions = List.copyOf(admissions);
        whenFull = Map.copyOf(whenFull);
    }

    /** A representation whose full nodes pass requests on. */
    public Representation(
            Map<Integer, MemoryType> types,
            List<Zonelist> zonelists,
            NodeSet defaultMask,
            ListSelection selection,
            List<Admission> admissions) {
        this(types, zonelists, defaultMask, selection, admissions, Map.of());
    }
}
