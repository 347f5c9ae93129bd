package moraine.testkit.hmm;

import java.io.PrintStream;
import moraine.testkit.suite.CommandLine;

/** The suite from the command line: {@code Main SUBJECT [RESULTS.csv]}. */
public final class Main {
    private Main() {}

    /** Runs it; ends with 0 when everything passed, 1 when something failed, 2 when there was nothing to run. */
    public static void main(String... arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    /** {@return the exit status} */
    static int run(PrintStream out, PrintStream err, String... arguments) {
        return new CommandLine<>(Subject.class, Suite::trials).run(out, err, arguments);
    }
}
