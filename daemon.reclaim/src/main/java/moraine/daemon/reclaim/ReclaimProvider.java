package moraine.daemon.reclaim;

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

/** Offers reclaim to every machine. */
@Component(
        property = {
            DaemonProvider.NAME_PROPERTY + "=" + ReclaimDaemon.NAME,
            DaemonProvider.KIND_PROPERTY + "=" + DaemonProvider.KIND
        })
public final class ReclaimProvider implements DaemonProvider {
    @Override
    public List<Parameter> parameters() {
        return ReclaimSettings.ALL;
    }

    @Override
    public Verdict check(MachineView machine, Parameters parameters) {
        try {
            ReclaimSettings.of(parameters);
        } catch (MoraineException e) {
            return Verdict.no(String.valueOf(e.getMessage()));
        }
        return Verdict.YES;
    }

    @Override
    public Daemon create(DaemonContext context, Parameters parameters) {
        return new ReclaimDaemon(ReclaimDaemon.NAME + parameters, ReclaimSettings.of(parameters), context);
    }
}
