package moraine.launcher.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Nearest;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Answers mistakes with one line on {@code err}: what, where, and the remedy. Everything else is a defect and passes.
 */
final class Mistakes implements CommandLine.IParameterExceptionHandler, CommandLine.IExecutionExceptionHandler {
    /** What the core says of a machine without swap that found no page. */
    private static final String NO_SWAP = "the machine has no swap";

    private final Console console;

    Mistakes(Console console) {
        this.console = console;
    }

    @Override
    public int handleParseException(ParameterException e, String[] arguments) {
        return say(line(e), ExitStatus.BAD_INPUT);
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine verb, ParseResult parsed) {
        return switch (e) {
            case ParameterException wrong -> say(line(wrong), ExitStatus.BAD_INPUT);
            case MoraineException known -> say(text(known) + remedy(known, verb), ExitStatus.of(known.blame()));
            default -> defect(e);
        };
    }

    /** {@return the option by which a verb does what the core advises; the core knows no options} */
    private static String remedy(MoraineException known, CommandLine verb) {
        boolean lacksSwap = known.errno() == Errno.ENOMEM && text(known).contains(NO_SWAP);
        return lacksSwap && options(verb).contains("--swap") ? ", as --swap 50% does" : "";
    }

    private int defect(Exception e) {
        int status = say("internal error, please report it with what follows", ExitStatus.ENVIRONMENT);
        e.printStackTrace(console.err());
        return status;
    }

    private int say(String line, int status) {
        console.endProgress();
        console.err().println("moraine: " + line.lines().findFirst().orElse(line));
        return status;
    }

    private static String line(ParameterException e) {
        CommandLine verb = e.getCommandLine();
        if (e instanceof UnmatchedArgumentException unmatched) {
            return unmatched(verb, unmatched.getUnmatched().getFirst());
        }
        return name(verb) + ": " + text(e) + "; see ./moraine help " + name(verb);
    }

    private static String unmatched(CommandLine verb, String word) {
        if (word.startsWith("-")) {
            return name(verb) + " has no option " + word + Nearest.hint(word, options(verb));
        }
        if (!verb.getSubcommands().isEmpty()) {
            Collection<String> verbs = verb.getSubcommands().keySet();
            return verb.getParent() == null
                    ? "no verb " + word + Nearest.hint(word, verbs)
                    : name(verb) + " has no verb " + word + Nearest.hint(word, verbs);
        }
        return name(verb) + " takes no argument " + word + "; see ./moraine help " + name(verb);
    }

    private static List<String> options(CommandLine verb) {
        var names = new ArrayList<String>();
        for (OptionSpec option : verb.getCommandSpec().options()) {
            names.add(option.longestName());
        }
        return names;
    }

    /** {@return the verb with those above it, such as {@code policy use}} */
    private static String name(CommandLine verb) {
        CommandLine above = verb.getParent();
        return above == null || above.getParent() == null
                ? verb.getCommandName()
                : name(above) + " " + verb.getCommandName();
    }

    private static String text(Exception e) {
        return Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
    }
}
