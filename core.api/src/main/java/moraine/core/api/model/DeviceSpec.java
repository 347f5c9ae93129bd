package moraine.core.api.model;

/**
 * A device of a machine.
 *
 * @param name unique within the machine, e.g. {@code gpu0}
 * @param driver {@code moraine.name} of the driver provider, e.g. {@code gpu}
 * @param node the node whose memory it brings and as which it initiates accesses
 * @param parameters for the driver
 */
public record DeviceSpec(String name, String driver, int node, Parameters parameters) {}
