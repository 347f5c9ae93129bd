package moraine.core.api.model;

/**
 * What a device can do. Capabilities are per device; one device's lack takes nothing from another.
 *
 * @param coherent CPUs can address its memory and caches stay coherent
 * @param faulting it can stop at a missing translation and replay
 * @param atomics it can do atomic operations on its own memory, and where it is coherent on all memory; elsewhere an
 *     atomic access needs the page exclusively
 * @param peerCopy its copy engines reach other devices' memory
 * @param copyEngines how many copies it runs at once
 * @param owner cookie compared for equality: devices of one owner may see each other's private pages
 */
public record DeviceCapabilities(
        boolean coherent, boolean faulting, boolean atomics, boolean peerCopy, int copyEngines, String owner) {}
