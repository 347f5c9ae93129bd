package moraine.launcher.cli;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import moraine.core.api.model.Nearest;

/** What {@code --set FIGURE=VALUE} says, checked against the names of a profile's figures. */
final class FigureOptions {
    private FigureOptions() {}

    /** {@return values by name} */
    static SortedMap<String, String> read(List<String> known, List<String> given) {
        var figures = new TreeMap<String, String>();
        for (String one : given) {
            int equals = one.indexOf('=');
            if (equals < 1 || equals == one.length() - 1) {
                throw Texts.bad("--set " + one + " is not FIGURE=VALUE; write such as processors.1.fault=32us");
            }
            String name = one.substring(0, equals).strip();
            if (!known.contains(name)) {
                throw Texts.bad("no figure " + name + hint(name, known));
            }
            if (figures.put(name, one.substring(equals + 1).strip()) != null) {
                throw Texts.bad("--set " + name + " is given twice; drop one");
            }
        }
        return figures;
    }

    private static String hint(String name, List<String> known) {
        return Nearest.of(name, known)
                .map(near -> "; did you mean " + near + "?")
                .orElse("; figures are called as in the profile's file, such as " + known.getFirst());
    }
}
