package moraine.core.api.policy;

import java.util.List;
import moraine.core.api.host.MachineView;
import moraine.core.api.host.PolicyContext;
import moraine.core.api.model.Parameter;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Verdict;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The service that a policy bundle registers, stateless, with properties {@code moraine.name} (the family, e.g.
 * {@code hmm}) and {@code moraine.kind=policy}.
 */
@ConsumerType
public interface PolicyProvider {
    String NAME_PROPERTY = "moraine.name";
    String KIND_PROPERTY = "moraine.kind";
    String KIND = "policy";

    /** The parameters that its instances take. Called on a host actor, without locks. */
    default List<Parameter> parameters() {
        return List.of();
    }

    /** Whether it can drive the machine as it is. Called on a host actor before {@link #create}, without locks. */
    default Verdict check(MachineView machine, Parameters parameters) {
        return Verdict.YES;
    }

    /** Makes the instance for one machine. An exception refuses the exchange. */
    PlacementPolicy create(PolicyContext context, Parameters parameters);
}
