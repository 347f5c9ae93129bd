package moraine.launcher.cli;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.Parameters;
import picocli.CommandLine.Option;

/** What {@code --tune NAME=VALUE} says; names and values are checked by who makes the machine. */
final class TuningOptions {
    @Option(
            names = "--tune",
            paramLabel = "NAME=VALUE",
            description = "another value of a number of the mechanism, such as thrash.losses=5, in the unit that verb"
                    + " tunables shows; may be repeated")
    List<String> tune = new ArrayList<>();

    boolean given() {
        return !tune.isEmpty();
    }

    /** {@return values by name} */
    Parameters read() {
        Parameters tuning = Parameters.NONE;
        for (String one : tune) {
            int equals = one.indexOf('=');
            if (equals < 1 || equals == one.length() - 1) {
                throw Texts.bad("--tune " + one + " is not NAME=VALUE; write such as thrash.losses=5");
            }
            String name = one.substring(0, equals).strip();
            if (tuning.values().containsKey(name)) {
                throw Texts.bad("--tune " + name + " is given twice; drop one");
            }
            tuning = tuning.with(name, one.substring(equals + 1).strip());
        }
        return tuning;
    }

    /** Refuses a machine that is there when one with other values was asked for. */
    void requireSame(Parameters there) {
        if (given() && !read().equals(there)) {
            throw Texts.bad("--tune " + String.join(" --tune ", tune) + ", but the shell's machine was made with "
                    + (there.values().isEmpty() ? "the usual values" : there.toString())
                    + "; run --live with it makes another machine");
        }
    }
}
