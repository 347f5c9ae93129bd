package moraine.core.api.model;

import java.util.List;

/**
 * An address space as it is now.
 *
 * @param id unique within the machine
 * @param name for people
 * @param tenant who is charged
 * @param mappings in address order
 * @param residentPages by node id, index = node
 */
public record SpaceInfo(int id, String name, String tenant, List<VmaInfo> mappings, List<Long> residentPages) {}
