package moraine.core.api.model;

/**
 * A placement policy that could be used.
 *
 * @param name of the provider
 * @param bundle symbolic name and version of the bundle that brought it
 * @param active whether it drives the machine now
 * @param verdict whether it can drive the machine
 */
public record PolicyInfo(String name, String bundle, boolean active, Verdict verdict) {}
