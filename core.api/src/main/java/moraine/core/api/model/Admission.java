package moraine.core.api.model;

import java.util.Set;

/**
 * Who may take a page of a node: a request must carry at least one of the bits.
 *
 * @param node the guarded node
 * @param anyOf the bits; empty admits everybody
 */
public record Admission(int node, Set<RequestBit> anyOf) {
    public Admission {
        anyOf = Set.copyOf(anyOf);
    }
}
