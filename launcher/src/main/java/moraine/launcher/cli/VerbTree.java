package moraine.launcher.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;

/** All verbs of the command and of the shell. */
final class VerbTree {
    private VerbTree() {}

    /**
     * {@return a parser and runner of one command line}
     *
     * @param context where the shell's bundles are; null inside a shell, which has verb grep for verb shell
     */
    static CommandLine of(Workbench workbench, Console console, @Nullable BundleContext context) {
        var policy = new CommandLine(new PolicyVerb(workbench, console));
        policy.addSubcommand(new PolicyUseVerb(workbench, console));
        var root = new CommandLine(new Root(new HelpVerb(workbench, console)));
        root.addSubcommand(new CompareVerb(workbench, console))
                .addSubcommand(new RunVerb(workbench, console))
                .addSubcommand(new NodesVerb(workbench, console))
                .addSubcommand(new SpacesVerb(workbench, console))
                .addSubcommand(new PagesVerb(workbench, console))
                .addSubcommand(new WhyVerb(workbench, console))
                .addSubcommand(new PoliciesVerb(workbench, console))
                .addSubcommand(policy)
                .addSubcommand(new DaemonsVerb(workbench, console))
                .addSubcommand(new ParametersVerb(workbench, console))
                .addSubcommand(new TunablesVerb(workbench, console));
        if (context != null) {
            root.addSubcommand(new ShellVerb(workbench, console, context));
        } else {
            root.addSubcommand(new GrepVerb(workbench, console));
        }
        root.addSubcommand(new HelpVerb(workbench, console));
        var mistakes = new Mistakes(console);
        return root.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setUsageHelpWidth(100)
                .setParameterExceptionHandler(mistakes)
                .setExecutionExceptionHandler(mistakes);
    }

    /** No verb at all: the same as verb help. */
    @Command(name = "./moraine")
    private static final class Root implements Callable<Integer> {
        private final HelpVerb all;

        Root(HelpVerb all) {
            this.all = all;
        }

        @Override
        public Integer call() {
            return all.call();
        }
    }
}
