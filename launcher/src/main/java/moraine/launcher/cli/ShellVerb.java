package moraine.launcher.cli;

import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import org.osgi.framework.BundleContext;
import picocli.CommandLine.Command;

@Command(
        name = "shell",
        description = "Starts an interactive shell with the same verbs and one machine that stays between them.",
        footer = {
            "",
            "Without a terminal it reads verbs line by line from standard input, and its status is the highest of"
                    + " theirs. The language is Gogo's: quote brackets and stars: policy use 'hmm(migratePages=64)'."
                    + " Behind a verb may stand & or | grep, head, tail or sort."
        })
final class ShellVerb extends MachineVerb {
    private static final String GOGO = "org.apache.felix.service.command.CommandProcessor";

    private final BundleContext context;

    ShellVerb(Workbench workbench, Console console, BundleContext context) {
        super(workbench, console);
        this.context = context;
    }

    @Override
    public Integer call() {
        if (context.getServiceReference(GOGO) == null) {
            throw new MoraineException(
                    Errno.EOPNOTSUPP, Blame.RESOURCES, "no bundle of the shell is installed; name feature shell");
        }
        if (options.given()) {
            machine();
            workbench.live().usual(options.choices(/* usual= */ null));
        }
        return new GogoShell(context, workbench).run(console);
    }
}
