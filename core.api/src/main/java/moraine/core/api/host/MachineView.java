package moraine.core.api.host;

import java.util.List;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.TopologyProfile;
import org.osgi.annotation.versioning.ProviderType;

/** What a plug-in may know of a machine. */
@ProviderType
public interface MachineView {
    TopologyProfile profile();

    /** {@return nodes in the order of their ids} */
    List<NodeInfo> nodes();

    List<DeviceInfo> devices();
}
