package moraine.core.impl.host;

import moraine.core.api.host.MachineView;
import moraine.core.api.time.Environment;
import moraine.core.impl.allocator.Allocator;
import moraine.core.impl.counters.Counters;
import moraine.core.impl.events.Events;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.Movers;
import moraine.core.impl.topology.Topology;
import moraine.core.impl.tuning.Tuning;
import moraine.core.impl.types.Types;

/**
 * What the host of one machine stands on.
 *
 * @param view nodes and devices as they are now
 */
public record HostBase(
        Environment environment,
        MachineView view,
        Topology topology,
        Types types,
        Frames frames,
        Allocator allocator,
        Movers movers,
        Counters counters,
        Regimes regimes,
        Events events,
        Limits limits,
        Tuning tuning) {
    /** {@return the node whose processors the host's actors use} */
    public int homeNode() {
        return topology.profile().nodes().getFirst().id();
    }
}
