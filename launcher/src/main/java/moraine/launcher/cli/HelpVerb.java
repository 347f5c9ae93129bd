package moraine.launcher.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import moraine.core.api.model.Nearest;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "help", description = "Shows all verbs, or the options of one.")
final class HelpVerb extends Verb {
    static final String TEXT = "/moraine/launcher/help.txt";

    @Spec
    CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "VERB", description = "verb, such as compare or policy use")
    List<String> words = new ArrayList<>();

    HelpVerb(Workbench workbench, Console console) {
        super(workbench, console);
    }

    @Override
    public Integer call() {
        if (words.isEmpty()) {
            printAll();
            return ExitStatus.DONE;
        }
        CommandLine verb = spec.commandLine().getParent();
        for (String word : words) {
            CommandLine next = verb.getSubcommands().get(word);
            if (next == null) {
                throw Texts.bad("no verb " + String.join(" ", words)
                        + Nearest.hint(word, verb.getSubcommands().keySet()));
            }
            verb = next;
        }
        verb.usage(console.out());
        return ExitStatus.DONE;
    }

    private void printAll() {
        try (InputStream in = Objects.requireNonNull(HelpVerb.class.getResourceAsStream(TEXT), TEXT)) {
            in.transferTo(console.out());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
