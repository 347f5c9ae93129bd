package moraine.policy.managed;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.Parameters;

/**
 * The parameters of the strategy, checked against a machine.
 *
 * @param features of each device's node
 * @param usual features of a device that comes later and is not named
 * @param largePages whether an aligned first touch may make a 2 MiB page
 */
record ManagedSettings(Map<Integer, Features> features, Features usual, boolean largePages) {
    private static final String FEATURES = "features";
    private static final String LARGE = "largePages";

    /**
     * @param given {@code features} for all devices, and the name of a device for one
     * @throws MoraineException EINVAL for a bad parameter; EBUSY for other features than a node has that holds pages
     */
    static ManagedSettings of(MachineView machine, Parameters given) {
        Features usual = Features.parse(FEATURES, given.text(FEATURES, Features.NONE));
        var features = new TreeMap<Integer, Features>();
        var known = new TreeSet<>(List.of(FEATURES, LARGE));
        for (DeviceInfo device : machine.devices()) {
            known.add(device.name());
            String own = given.values().get(device.name());
            features.put(device.node(), own == null ? usual : Features.parse(device.name(), own));
        }
        for (String name : given.values().keySet()) {
            if (!known.contains(name)) {
                throw bad(Errno.EINVAL, "managed has no parameter " + name + ", only " + String.join(", ", known));
            }
        }
        features.forEach((node, wanted) -> checkFixed(machine, node, wanted));
        return new ManagedSettings(features, usual, given.flag(LARGE, false));
    }

    /** Features are fixed while the node holds memory. */
    private static void checkFixed(MachineView machine, int node, Features wanted) {
        for (NodeInfo info : machine.nodes()) {
            long used = info.pages() - info.freePages();
            boolean other = Features.managed(info.type()) && !info.type().equals(wanted.type());
            if (info.id() == node && other && used > 0) {
                throw bad(
                        Errno.EBUSY,
                        "node " + node + " (" + info.name() + ") holds " + used + " pages as "
                                + info.type().name() + " and cannot become "
                                + wanted.type().name() + "; free them first");
            }
        }
    }

    private static MoraineException bad(Errno errno, String message) {
        return MoraineException.caller(errno, message);
    }
}
