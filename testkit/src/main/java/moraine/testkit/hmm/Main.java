package moraine.testkit.hmm;

import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.List;

/** The suite from the command line: {@code Main SUBJECT [RESULTS.csv]}. */
public final class Main {
    private static final int PASSED = 0;
    private static final int FAILED = 1;
    private static final int MISUSED = 2;

    private Main() {}

    /** Runs it; ends with 0 when everything passed, 1 when something failed, 2 when there was nothing to run. */
    public static void main(String... arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    /**
     * Runs the suite.
     *
     * @param arguments class name of a {@link Subject} with a public constructor without parameters, then optionally a
     *     file for the results
     * @return the exit status
     */
    static int run(PrintStream out, PrintStream err, String... arguments) {
        if (arguments.length < 1 || arguments.length > 2) {
            err.println(
                    "usage: Main SUBJECT [RESULTS.csv], SUBJECT being the class name of a " + Subject.class.getName());
            return MISUSED;
        }
        Subject subject;
        try {
            subject = subject(arguments[0]);
        } catch (ReflectiveOperationException | ClassCastException e) {
            err.println("cannot make a subject of class " + arguments[0] + ": " + e + "; name a public class with a"
                    + " public constructor without parameters");
            return MISUSED;
        }
        List<Outcome> outcomes = Suite.run(subject, _ -> {});
        out.print(Report.table(outcomes));
        if (arguments.length > 1) {
            Report.writeCsv(outcomes, Path.of(arguments[1]));
        }
        return outcomes.stream().allMatch(Outcome::passed) ? PASSED : FAILED;
    }

    private static Subject subject(String name) throws ReflectiveOperationException {
        try {
            return Class.forName(name)
                    .asSubclass(Subject.class)
                    .getConstructor()
                    .newInstance();
        } catch (InvocationTargetException e) {
            throw new ReflectiveOperationException("its constructor threw " + e.getCause(), e);
        }
    }
}
