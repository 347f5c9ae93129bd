package moraine.policy.managed;

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

/** Offers managed nodes to machines whose devices are all coherent. */
@Component(
        property = {
            PolicyProvider.NAME_PROPERTY + "=" + ManagedPolicy.NAME,
            PolicyProvider.KIND_PROPERTY + "=" + PolicyProvider.KIND,
            "service.ranking:Integer=30"
        })
public final class ManagedProvider implements PolicyProvider {
    @Override
    public List<Parameter> parameters() {
        return ManagedSettings.ALL;
    }

    @Override
    public Verdict check(MachineView machine, Parameters parameters) {
        try {
            ManagedSettings.of(machine, parameters);
        } catch (MoraineException e) {
            return Verdict.no(String.valueOf(e.getMessage()));
        }
        return machine.devices().stream()
                .filter(device -> !device.capabilities().coherent())
                .findFirst()
                .map(device -> Verdict.no("device " + device.name() + " (node " + device.node()
                        + ") is not coherent: CPUs cannot address its memory, so it cannot be a node; use hmm"))
                .orElse(Verdict.YES);
    }

    @Override
    public PlacementPolicy create(PolicyContext context, Parameters parameters) {
        return new ManagedPolicy(ManagedPolicy.NAME + parameters, ManagedSettings.of(context.view(), parameters));
    }
}
