package moraine.core.impl.machine;

import moraine.core.api.host.MachineView;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.time.Environment;
import moraine.core.impl.allocator.Allocator;
import moraine.core.impl.counters.Counters;
import moraine.core.impl.events.Events;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.Movers;
import moraine.core.impl.host.Regimes;
import moraine.core.impl.host.Requesters;
import moraine.core.impl.tenants.Tenants;
import moraine.core.impl.topology.Topology;
import moraine.core.impl.tuning.Tuning;
import moraine.core.impl.types.Types;

/**
 * What a machine's mechanism stands on.
 *
 * @param spec as given
 * @param tuning its tunables, checked
 * @param view nodes and devices as they are now
 * @param requesters makes the way to the policy for actors of the mechanism
 * @param spaceEnd to be told of each space that closes
 */
public record Foundation(
        MachineSpec spec,
        Tuning tuning,
        Environment environment,
        MachineView view,
        Topology topology,
        Types types,
        Frames frames,
        Allocator allocator,
        Tenants tenants,
        Counters counters,
        Movers movers,
        Regimes regimes,
        Events events,
        Requesters requesters,
        SpaceEnd spaceEnd) {}
