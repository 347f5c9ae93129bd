package moraine.sim.profile;

import moraine.core.api.model.Quantity;

/**
 * Figures of a modelled machine that belong to no node or edge.
 *
 * @param shootdown withdrawing translations: fixed part, ns
 * @param shootdownEach for each context, ns
 * @param launch starting a kernel on a device, ns
 * @param loadWindow over which the utilisation of a link is taken, ns
 * @param copyEngines how many copies a device runs at a time
 * @param leastCache what a cache is never scaled below, bytes
 */
public record SoftwareCosts(
        Quantity shootdown,
        Quantity shootdownEach,
        Quantity launch,
        Quantity loadWindow,
        Quantity copyEngines,
        Quantity leastCache) {}
