package moraine.launcher.boot;

import java.util.Collection;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * The one service through which the class path calls into the bundles.
 *
 * <p>A bundle registers a {@link ToIntFunction} of {@code String[]} under that JDK interface with the property
 * {@code moraine.cli=main}. It is called once, on the main thread, after the features have settled, with the arguments
 * of the process; it reads and writes the standard streams of the process, and its result is the exit status (see
 * {@link ExitStatus}). It returns when the command is done; the framework is then stopped. An exception from it is a
 * defect and ends the process with {@link ExitStatus#ENVIRONMENT}.
 */
public final class CommandLine {
    /** The filter that the service's properties match. */
    public static final String FILTER = "(moraine.cli=main)";

    private CommandLine() {}

    /**
     * {@return the exit status of the command line}
     *
     * @throws BootException if there is not exactly one command line service
     */
    public static int call(BundleContext context, String[] arguments) {
        ServiceReference<ToIntFunction<String[]>> reference = reference(context);
        ToIntFunction<String[]> main = context.getService(reference);
        if (main == null) {
            throw new BootException("the command line of bundle "
                    + reference.getBundle().getSymbolicName() + " could not be activated; its log names the cause");
        }
        try {
            return main.applyAsInt(arguments);
        } finally {
            context.ungetService(reference);
        }
    }

    @SuppressWarnings("unchecked")
    private static ServiceReference<ToIntFunction<String[]>> reference(BundleContext context) {
        try {
            Collection<?> found = context.getServiceReferences(ToIntFunction.class, FILTER);
            if (found.size() != 1) {
                throw new BootException(found.size() + " services match " + FILTER
                        + ", exactly one is needed; name one bundle with a command line in the features");
            }
            return (ServiceReference<ToIntFunction<String[]>>) found.iterator().next();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(FILTER, e);
        }
    }
}
