package moraine.core.api.model;

/**
 * A broken invariant that the checker found.
 *
 * @param invariant its short name, e.g. {@code I4} or {@code frame-count}
 * @param detail what, where, both values
 */
public record Violation(String invariant, String detail) {}
