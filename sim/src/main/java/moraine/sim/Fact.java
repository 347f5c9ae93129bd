package moraine.sim;

/**
 * A circumstance of a result.
 *
 * @param name of it
 * @param value for people, with its unit
 */
public record Fact(String name, String value) {}
