package moraine.launcher.boot;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Set;

/** The entry point of the launcher: answers help itself, and for a verb runs its features and its command line. */
public final class Main {
    /** The system property that names the product folder, which holds {@code features} and {@code repo}. */
    static final String PRODUCT = "moraine.product";

    private static final String HELP = "/moraine/launcher/help.txt";
    private static final Set<String> HELP_WORDS = Set.of("help", "--help", "-h");

    private Main() {}

    public static void main(String[] arguments) {
        Outlet outlet = Outlet.install();
        PrintStream out = System.out;
        int status;
        try {
            status = run(arguments);
        } catch (BootException e) {
            System.err.println("moraine: " + e.getMessage());
            status = ExitStatus.ENVIRONMENT;
        } catch (OutOfMemoryError e) {
            System.err.println(
                    "moraine: a Java heap of " + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MiB is too small for this; ask for less, or give more, such as"
                            + " MORAINE_JAVA_OPTIONS=-Xmx8g");
            status = ExitStatus.ENVIRONMENT;
        } catch (RuntimeException | Error e) {
            System.err.println("moraine: internal error, please report it with what follows");
            e.printStackTrace();
            status = ExitStatus.ENVIRONMENT;
        }
        out.flush();
        System.exit(outlet.status(status, System.err));
    }

    static int run(String[] arguments) {
        if (arguments.length == 0 || (arguments.length == 1 && HELP_WORDS.contains(arguments[0]))) {
            return printHelp();
        }
        Path product = product();
        Composition composition =
                new FeatureReader(product.resolve("features")).compose(new Verbs().features(arguments));
        try (FrameworkRunner runner =
                FrameworkRunner.start(composition, new BundleRepository(product.resolve("repo")))) {
            Runtime.getRuntime().addShutdownHook(new Thread(runner::discard, "moraine-discard"));
            new Settling(runner.context(), composition.configurations().keySet()).await(Settling.LIMIT);
            return CommandLine.call(runner.context(), arguments);
        }
    }

    private static Path product() {
        String folder = System.getProperty(PRODUCT);
        if (folder == null) {
            throw new BootException("system property " + PRODUCT + " is not set; start with ./moraine");
        }
        return Path.of(folder);
    }

    private static int printHelp() {
        try (InputStream in = Main.class.getResourceAsStream(HELP)) {
            if (in == null) {
                throw new BootException("no " + HELP + " in the launcher's jar; build again");
            }
            in.transferTo(System.out);
            return ExitStatus.DONE;
        } catch (IOException e) {
            throw new BootException("cannot print " + HELP, e);
        }
    }
}
