package moraine.core.impl.machine;

import java.nio.file.Path;
import java.util.List;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CachedFile;
import moraine.core.api.model.Violation;
import moraine.core.impl.daemon.DaemonRooms;
import moraine.core.impl.device.DeviceRooms;
import moraine.core.impl.host.Converter;
import moraine.core.impl.host.PolicyMoves;
import moraine.core.impl.mempolicy.InterleaveWeights;

/** The rooms above frames and allocator, as the machine wires them. */
public interface Mechanism {
    /** Makes the mechanism of one machine. */
    interface Factory {
        Mechanism create(Foundation foundation);
    }

    AddressSpace open(String name, int tenant);

    List<AddressSpace> spaces();

    /** Opens a file through the page cache. */
    CachedFile openFile(Path path, boolean writable);

    /** {@return how many pages in turn nodes get under weighted interleaving} */
    InterleaveWeights weights();

    Converter converter();

    PolicyMoves moves();

    DeviceRooms devices();

    DaemonRooms daemons();

    List<Violation> check();

    /** Closes all spaces and files, then stops the mechanism's actors; devices are closed already. */
    void close();
}
