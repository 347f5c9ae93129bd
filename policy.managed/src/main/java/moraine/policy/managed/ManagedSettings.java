package moraine.policy.managed;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.Parameter;
import moraine.core.api.model.Parameters;

/**
 * The parameters of the strategy, checked against a machine.
 *
 * @param features of each device's node
 * @param usual features of a device that comes later and is not named
 * @param largePages whether an aligned first touch may make a 2 MiB page
 */
record ManagedSettings(Map<Integer, Features> features, Features usual, boolean largePages) {
    private static final Parameter.Text FEATURES = Parameter.text(
            "features",
            Features.NONE,
            Features.all() + ", joined by +, or " + Features.NONE,
            "what nodes of devices opt into; under a device's name, what that one does");
    private static final Parameter.Flag LARGE =
            Parameter.flag("largePages", false, "whether an aligned first touch may make a 2 MiB page");

    /** All parameters but those named like devices. */
    static final List<Parameter> ALL = List.of(FEATURES, LARGE);

    /**
     * @param given {@code features} for all devices, and the name of a device for one
     * @throws MoraineException EINVAL for a bad parameter; EBUSY for other features than a node has that holds pages
     */
    static ManagedSettings of(MachineView machine, Parameters given) {
        Features usual = Features.parse(FEATURES.name(), FEATURES.of(given));
        var features = new TreeMap<Integer, Features>();
        var known = new ArrayList<>(ALL);
        for (DeviceInfo device : machine.devices()) {
            var own = new Parameter.Text(device.name(), usual.toString(), FEATURES.values(), FEATURES.description());
            known.add(own);
            features.put(device.node(), Features.parse(own.name(), own.of(given)));
        }
        given.requireKnown(ManagedPolicy.NAME, known);
        features.forEach((node, wanted) -> checkFixed(machine, node, wanted));
        return new ManagedSettings(features, usual, LARGE.of(given));
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
