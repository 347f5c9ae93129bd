package moraine.core.impl.machine;

import java.util.List;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.model.Violation;
import moraine.core.impl.device.DeviceRooms;
import moraine.core.impl.host.Converter;
import moraine.core.impl.host.PolicyMoves;

/** The rooms above frames and allocator, as the machine wires them. */
public interface Mechanism {
    /** Makes the mechanism of one machine. */
    interface Factory {
        Mechanism create(Foundation foundation);
    }

    AddressSpace open(String name, int tenant);

    List<AddressSpace> spaces();

    Converter converter();

    PolicyMoves moves();

    DeviceRooms devices();

    List<Violation> check();

    /** Closes all spaces, then stops the mechanism's actors; devices are closed already. */
    void close();
}
