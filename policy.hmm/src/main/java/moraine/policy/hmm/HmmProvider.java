package moraine.policy.hmm;

import java.util.List;
import moraine.core.api.host.MachineView;
import moraine.core.api.host.PolicyContext;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameter;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Verdict;
import moraine.core.api.policy.PlacementPolicy;
import moraine.core.api.policy.PolicyProvider;
import org.osgi.service.component.annotations.Component;

/** Offers the HMM strategy, which can drive every machine. */
@Component(
        property = {
            PolicyProvider.NAME_PROPERTY + "=" + HmmPolicy.NAME,
            PolicyProvider.KIND_PROPERTY + "=" + PolicyProvider.KIND,
            "service.ranking:Integer=100"
        })
public final class HmmProvider implements PolicyProvider {
    @Override
    public List<Parameter> parameters() {
        return HmmSettings.ALL;
    }

    @Override
    public Verdict check(MachineView machine, Parameters parameters) {
        try {
            return check(machine, HmmSettings.of(parameters));
        } catch (MoraineException e) {
            return Verdict.no(String.valueOf(e.getMessage()));
        }
    }

    private static Verdict check(MachineView machine, HmmSettings settings) {
        return machine.devices().stream()
                .filter(device -> settings.memory() == HmmSettings.Memory.COHERENT)
                .filter(device -> !device.capabilities().coherent())
                .findFirst()
                .map(device -> Verdict.no("device " + device.name() + " (node " + device.node()
                        + ") is not coherent: CPUs cannot address its memory; use memory=private"))
                .orElse(Verdict.YES);
    }

    @Override
    public PlacementPolicy create(PolicyContext context, Parameters parameters) {
        return new HmmPolicy(HmmPolicy.NAME + parameters, HmmSettings.of(parameters));
    }
}
