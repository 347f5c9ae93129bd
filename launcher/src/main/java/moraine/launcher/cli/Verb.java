package moraine.launcher.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** A verb with what every verb has. */
abstract class Verb implements Callable<Integer> {
    final Workbench workbench;
    final Console console;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this text")
    boolean help;

    Verb(Workbench workbench, Console console) {
        this.workbench = workbench;
        this.console = console;
    }

    /** {@return the exit status} */
    @Override
    public abstract Integer call();
}
