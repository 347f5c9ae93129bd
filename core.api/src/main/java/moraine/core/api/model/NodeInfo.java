package moraine.core.api.model;

/**
 * A node as it is now.
 *
 * @param id of the profile
 * @param name of the profile
 * @param kind what it is made of
 * @param device name of the device that brings it, or empty
 * @param type memory type of its new pages
 * @param pages capacity
 * @param freePages in the buddy allocator and the per-worker caches
 * @param peakUsedPages most pages in use at a time
 * @param minPages watermark below which only the reserve's users allocate
 * @param lowPages watermark below which eviction is asked for
 * @param highPages watermark at which eviction stops
 */
public record NodeInfo(
        int id,
        String name,
        NodeKind kind,
        String device,
        MemoryType type,
        long pages,
        long freePages,
        long peakUsedPages,
        long minPages,
        long lowPages,
        long highPages) {}
