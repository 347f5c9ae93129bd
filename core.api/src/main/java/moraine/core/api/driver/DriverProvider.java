package moraine.core.api.driver;

import java.util.List;
import moraine.core.api.host.DriverContext;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.Parameter;
import moraine.core.api.model.Verdict;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The service that a driver bundle registers, stateless, with properties {@code moraine.name} (the family, e.g.
 * {@code gpu}) and {@code moraine.kind=driver}.
 */
@ConsumerType
public interface DriverProvider {
    String NAME_PROPERTY = "moraine.name";
    String KIND_PROPERTY = "moraine.kind";
    String KIND = "driver";

    /** The parameters that its instances take. Called on a host actor, without locks. */
    default List<Parameter> parameters() {
        return List.of();
    }

    /** Whether it can drive the device. Called once before {@link #create}, on a host thread. */
    default Verdict check(DeviceSpec device) {
        return Verdict.YES;
    }

    /** Makes the driver of one device. An exception means the device is absent. */
    DeviceDriver create(DriverContext context, DeviceSpec device);
}
