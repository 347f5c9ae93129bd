package moraine.daemon.balance;

import java.util.List;
import moraine.core.api.daemon.Daemon;
import moraine.core.api.daemon.DaemonProvider;
import moraine.core.api.host.DaemonContext;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameter;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Verdict;
import org.osgi.service.component.annotations.Component;

/** Offers balancing to every machine. */
@Component(
        property = {
            DaemonProvider.NAME_PROPERTY + "=" + BalanceDaemon.NAME,
            DaemonProvider.KIND_PROPERTY + "=" + DaemonProvider.KIND
        })
public final class BalanceProvider implements DaemonProvider {
    @Override
    public List<Parameter> parameters() {
        return BalanceSettings.ALL;
    }

    @Override
    public Verdict check(MachineView machine, Parameters parameters) {
        try {
            BalanceSettings.of(parameters);
        } catch (MoraineException e) {
            return Verdict.no(String.valueOf(e.getMessage()));
        }
        return Verdict.YES;
    }

    @Override
    public Daemon create(DaemonContext context, Parameters parameters) {
        return new BalanceDaemon(BalanceDaemon.NAME + parameters, BalanceSettings.of(parameters), context);
    }
}
