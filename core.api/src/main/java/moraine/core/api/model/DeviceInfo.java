package moraine.core.api.model;

/**
 * A device as it is now.
 *
 * @param name of the spec
 * @param driver bundle and version that drives it
 * @param node its node
 * @param capabilities what it can do
 * @param pages its memory
 */
public record DeviceInfo(String name, String driver, int node, DeviceCapabilities capabilities, long pages) {}
