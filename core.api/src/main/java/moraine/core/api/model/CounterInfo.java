package moraine.core.api.model;

/**
 * A counter with what it counts.
 *
 * @param name dotted, stable
 * @param unit of the value
 * @param description a sentence
 * @param value now
 */
public record CounterInfo(String name, String unit, String description, long value) {}
