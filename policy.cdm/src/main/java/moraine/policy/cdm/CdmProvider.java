package moraine.policy.cdm;

import java.util.List;
import moraine.core.api.host.MachineView;
import moraine.core.api.host.PolicyContext;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameter;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Verdict;
import moraine.core.api.policy.PlacementPolicy;
import moraine.core.api.policy.PolicyProvider;
import org.osgi.service.component.annotations.Component;

/** Offers the CDM strategy to machines whose devices are all coherent. */
@Component(
        property = {
            PolicyProvider.NAME_PROPERTY + "=" + CdmPolicy.NAME,
            PolicyProvider.KIND_PROPERTY + "=" + PolicyProvider.KIND,
            "service.ranking:Integer=50"
        })
public final class CdmProvider implements PolicyProvider {
    @Override
    public List<Parameter> parameters() {
        return CdmSettings.ALL;
    }

    @Override
    public Verdict check(MachineView machine, Parameters parameters) {
        try {
            CdmSettings.of(parameters);
        } catch (MoraineException e) {
            return Verdict.no(String.valueOf(e.getMessage()));
        }
        return machine.devices().stream()
                .filter(device -> !device.capabilities().coherent())
                .findFirst()
                .map(CdmProvider::notCoherent)
                .orElse(Verdict.YES);
    }

    private static Verdict notCoherent(DeviceInfo device) {
        return Verdict.no("device " + device.name() + " (node " + device.node()
                + ") is not coherent: CPUs cannot address its memory, so it cannot be a NUMA node; use hmm");
    }

    @Override
    public PlacementPolicy create(PolicyContext context, Parameters parameters) {
        return new CdmPolicy(CdmPolicy.NAME + parameters, CdmSettings.of(parameters), context);
    }
}
