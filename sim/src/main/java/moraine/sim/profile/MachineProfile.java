package moraine.sim.profile;

import moraine.core.api.model.TopologyProfile;

/**
 * All figures of a modelled machine.
 *
 * @param topology nodes, processors, edges, devices
 * @param costs what belongs to none of these
 */
public record MachineProfile(TopologyProfile topology, SoftwareCosts costs) {}
