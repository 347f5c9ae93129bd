package moraine.core.api.model;

import java.util.List;

/**
 * An owner of pages as it is now.
 *
 * @param name unique within the machine
 * @param allowed nodes it may allocate from
 * @param quotaPages limit by node id, -1 for none
 * @param chargedPages pages it holds, by node id
 */
public record TenantInfo(String name, NodeSet allowed, List<Long> quotaPages, List<Long> chargedPages) {}
