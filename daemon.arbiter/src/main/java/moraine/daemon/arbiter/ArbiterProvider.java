package moraine.daemon.arbiter;

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

/** Offers arbitration to every machine. */
@Component(
        property = {
            DaemonProvider.NAME_PROPERTY + "=" + ArbiterDaemon.NAME,
            DaemonProvider.KIND_PROPERTY + "=" + DaemonProvider.KIND
        })
public final class ArbiterProvider implements DaemonProvider {
    @Override
    public List<Parameter> parameters() {
        return ArbiterSettings.ALL;
    }

    @Override
    public Verdict check(MachineView machine, Parameters parameters) {
        try {
            ArbiterSettings.of(parameters);
        } catch (MoraineException e) {
            return Verdict.no(String.valueOf(e.getMessage()));
        }
        return Verdict.YES;
    }

    @Override
    public Daemon create(DaemonContext context, Parameters parameters) {
        return new ArbiterDaemon(ArbiterDaemon.NAME + parameters, ArbiterSettings.of(parameters), context);
    }
}
