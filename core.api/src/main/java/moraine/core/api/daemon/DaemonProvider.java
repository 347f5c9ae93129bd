package moraine.core.api.daemon;

import java.util.List;
import moraine.core.api.host.DaemonContext;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.Parameter;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Verdict;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The service that a daemon bundle registers, stateless, with properties {@code moraine.name} (the family, e.g.
 * {@code reclaim}) and {@code moraine.kind=daemon}.
 */
@ConsumerType
public interface DaemonProvider {
    String NAME_PROPERTY = "moraine.name";
    String KIND_PROPERTY = "moraine.kind";
    String KIND = "daemon";

    /** The parameters that its instances take. Called on a host actor, without locks. */
    default List<Parameter> parameters() {
        return List.of();
    }

    /** Whether it can work on the machine. Called on a host actor before {@link #create}, without locks. */
    default Verdict check(MachineView machine, Parameters parameters) {
        return Verdict.YES;
    }

    /** Makes the instance for one machine. An exception refuses it. */
    Daemon create(DaemonContext context, Parameters parameters);
}
