package moraine.policy.firsttouch;

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

/** Offers the first-touch baseline, which can drive every machine. */
@Component(
        property = {
            PolicyProvider.NAME_PROPERTY + "=" + FirstTouchPolicy.NAME,
            PolicyProvider.KIND_PROPERTY + "=" + PolicyProvider.KIND,
            "service.ranking:Integer=0"
        })
public final class FirstTouchProvider implements PolicyProvider {
    @Override
    public List<Parameter> parameters() {
        return FirstTouchPolicy.ALL;
    }

    @Override
    public Verdict check(MachineView machine, Parameters parameters) {
        try {
            FirstTouchPolicy.largePages(parameters);
            return Verdict.YES;
        } catch (MoraineException e) {
            return Verdict.no(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public PlacementPolicy create(PolicyContext context, Parameters parameters) {
        return new FirstTouchPolicy(FirstTouchPolicy.NAME + parameters, FirstTouchPolicy.largePages(parameters));
    }
}
