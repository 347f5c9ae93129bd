package moraine.core.impl.host;

import java.util.List;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.TopologyProfile;
import org.jspecify.annotations.Nullable;

/** A machine's view as one plug-in instance gets it: it can be taken back. */
public final class RevocableView implements MachineView {
    private final String instance;
    private volatile @Nullable MachineView target;

    public RevocableView(String instance, MachineView target) {
        this.instance = instance;
        this.target = target;
    }

    private MachineView target() {
        MachineView view = target;
        if (view == null) {
            throw revoked(instance);
        }
        return view;
    }

    /** {@return what a plug-in gets that uses what was taken back} */
    public static MoraineException revoked(String instance) {
        return MoraineException.caller(
                Errno.EBADF, "the instance " + instance + " has ended; what the host lent it is revoked: drop it");
    }

    @Override
    public TopologyProfile profile() {
        return target().profile();
    }

    @Override
    public List<NodeInfo> nodes() {
        return target().nodes();
    }

    @Override
    public List<DeviceInfo> devices() {
        return target().devices();
    }

    public void revoke() {
        target = null;
    }
}
