package moraine.testkit.suite;

import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * A suite from the command line: {@code Main SUBJECT [RESULTS.csv]}.
 *
 * @param <S> what it takes as subject
 * @param kind the same
 * @param trials what it runs with a subject
 */
public record CommandLine<S>(Class<S> kind, Function<S, List<Trial>> trials) {
    private static final int PASSED = 0;
    private static final int FAILED = 1;
    private static final int MISUSED = 2;

    /**
     * Runs the suite.
     *
     * @param arguments class name of a subject with a public constructor without parameters, then optionally a file for
     *     the results
     * @return the exit status: 0 when everything passed, 1 when something failed, 2 when there was nothing to run
     */
    public int run(PrintStream out, PrintStream err, String... arguments) {
        if (arguments.length < 1 || arguments.length > 2) {
            err.println("usage: Main SUBJECT [RESULTS.csv], SUBJECT being the class name of a " + kind.getName());
            return MISUSED;
        }
        S subject;
        try {
            subject = subject(arguments[0]);
        } catch (ReflectiveOperationException | ClassCastException e) {
            err.println("cannot make a subject of class " + arguments[0] + ": " + e + "; name a public class with a"
                    + " public constructor without parameters");
            return MISUSED;
        }
        List<Outcome> outcomes = Trial.run(trials.apply(subject), _ -> {});
        out.print(Report.table(outcomes));
        if (arguments.length > 1) {
            Report.writeCsv(outcomes, Path.of(arguments[1]));
        }
        return outcomes.stream().allMatch(Outcome::passed) ? PASSED : FAILED;
    }

    private S subject(String name) throws ReflectiveOperationException {
        try {
            return Class.forName(name).asSubclass(kind).getConstructor().newInstance();
        } catch (InvocationTargetException e) {
            throw new ReflectiveOperationException("its constructor threw " + e.getCause(), e);
        }
    }
}
