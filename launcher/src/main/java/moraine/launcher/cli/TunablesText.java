package moraine.launcher.cli;

import java.util.List;
import moraine.core.api.model.Tunable;

/** Tunables, for people. */
final class TunablesText {
    private TunablesText() {}

    /** {@return a line each} */
    static String of(List<Tunable> tunables) {
        var grid = new Grid("tunable", ">value", "unit", ">usual", ">bounds", "does", "usual value from");
        for (Tunable tunable : tunables) {
            grid.row(
                    tunable.name(),
                    Texts.count(tunable.value()),
                    tunable.unit(),
                    Texts.count(tunable.usual()),
                    Texts.count(tunable.least()) + " to " + Texts.count(tunable.most()),
                    tunable.description(),
                    tunable.source());
        }
        return grid.toString();
    }
}
