package moraine.core.api.model;

import org.jspecify.annotations.Nullable;

/**
 * A node of a topology profile.
 *
 * @param id 0 to 63, stable
 * @param name for people
 * @param kind what it is made of
 * @param parent the node above it in the hierarchy, or null at the top
 * @param bytes capacity
 */
public record NodeSpec(
        int id, String name, NodeKind kind, @Nullable Integer parent, Quantity bytes) {}
