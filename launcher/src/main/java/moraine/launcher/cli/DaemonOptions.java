package moraine.launcher.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What {@code --daemon NAME} says; names and parameters are checked by who makes the machine. */
final class DaemonOptions {
    @Option(
            names = "--daemon",
            paramLabel = "NAME",
            description = "a daemon that works beside it, such as reclaim or reclaim(order=latency), of those that verb"
                    + " daemons shows; may be repeated (default none)")
    List<String> daemons = new ArrayList<>();

    boolean given() {
        return !daemons.isEmpty();
    }

    /** {@return instance names, in the order given} */
    List<String> read() {
        List<String> names = daemons.stream().map(String::strip).toList();
        for (String name : names) {
            if (name.isEmpty()) {
                throw Texts.bad("--daemon is empty; write such as reclaim");
            }
            if (names.indexOf(name) != names.lastIndexOf(name)) {
                throw Texts.bad("--daemon " + name + " is given twice; drop one");
            }
        }
        return names;
    }

    /** Refuses a machine that is there when one with others was asked for. */
    void requireSame(List<String> there) {
        if (given() && !read().equals(there)) {
            throw Texts.bad(
                    "--daemon " + String.join(" --daemon ", daemons) + ", but the shell's machine was made with "
                            + (there.isEmpty() ? "none" : String.join(", ", there))
                            + "; run --live with it makes another machine");
        }
    }
}
