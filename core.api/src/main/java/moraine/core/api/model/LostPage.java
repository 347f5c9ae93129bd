package moraine.core.api.model;

/**
 * A page that could not be brought home when its device went away. It stays where it is, out of reach of new requests,
 * until it is freed or the device's return lets it be brought home after all.
 *
 * @param device name of the device that went
 * @param node of the device
 * @param pfn frame number
 * @param space id of a space that maps it, -1 when none does
 * @param address where that space maps it, 0 when none does
 * @param tenant name of the owner who is charged for it
 * @param reason why it could not move, in a few words
 */
public record LostPage(String device, int node, long pfn, int space, long address, String tenant, String reason) {}
