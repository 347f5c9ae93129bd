package moraine.launcher.cli;

import java.util.List;
import java.util.Locale;
import moraine.core.api.model.DaemonInfo;

/** Daemons, for people. */
final class DaemonsText {
    private DaemonsText() {}

    static String of(List<DaemonInfo> daemons) {
        var grid = new Grid("daemon", "bundle", "state", ">ticks", ">in ticks", ">pages met", ">pages moved", "");
        for (DaemonInfo daemon : daemons) {
            grid.row(
                    daemon.name(),
                    daemon.bundle(),
                    daemon.state().name().toLowerCase(Locale.ROOT),
                    Texts.count(daemon.ticks()),
                    Texts.duration(daemon.spentNs()),
                    Texts.count(daemon.scannedPages()),
                    Texts.count(daemon.actedPages()),
                    daemon.reason());
        }
        return grid.toString();
    }
}
