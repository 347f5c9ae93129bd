package moraine.launcher.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;

/** A Gogo session in which every verb is a command of scope {@code moraine}, all on one workbench. */
final class GogoShell {
    private static final String SCOPE = "moraine";
    /** Gogo's variable with the names of all commands, each behind its scope. */
    private static final String COMMANDS = ".commands";

    private static final Pattern WORDS = Pattern.compile("\\s+");
    private static final List<String> ENDS = List.of("exit", "quit");

    private final BundleContext context;
    private final Workbench workbench;

    GogoShell(BundleContext context, Workbench workbench) {
        this.context = context;
        this.workbench = workbench;
    }

    /** {@return the highest status of all commands when they came from a file, else 0} */
    int run(Console console) {
        var reference = Objects.requireNonNull(context.getServiceReference(CommandProcessor.class));
        CommandProcessor processor = Objects.requireNonNull(context.getService(reference));
        Collection<String> verbs =
                VerbTree.of(workbench, console, null).getSubcommands().keySet();
        List<ServiceRegistration<?>> commands = register(verbs);
        try (CommandSession session =
                        processor.createSession(System.in, stream(FileDescriptor.out), stream(FileDescriptor.err));
                Lines lines = Lines.open(console, verbs)) {
            session.put("SCOPE", SCOPE + ":*");
            int highest = execute(session, lines, console, verbs);
            return console.terminal() ? ExitStatus.DONE : highest;
        } finally {
            commands.forEach(ServiceRegistration::unregister);
            context.ungetService(reference);
        }
    }

    /** Gogo has put streams of its own in the place of the system's, and they would lead back into the session. */
    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), /* autoFlush= */ true, System.out.charset());
    }

    private List<ServiceRegistration<?>> register(Collection<String> verbs) {
        var registered = new ArrayList<ServiceRegistration<?>>();
        for (String verb : verbs) {
            Map<String, String> properties =
                    Map.of(CommandProcessor.COMMAND_SCOPE, SCOPE, CommandProcessor.COMMAND_FUNCTION, verb);
            Function function = (session, arguments) -> verb(verb, arguments);
            registered.add(context.registerService(Function.class, function, FrameworkUtil.asDictionary(properties)));
        }
        return registered;
    }

    /** Runs in the thread that Gogo chooses; the standard streams are the session's, or a pipe, there. */
    private int verb(String verb, List<Object> arguments) {
        var words = new ArrayList<String>();
        words.add(verb);
        arguments.forEach(argument -> words.add(String.valueOf(argument)));
        return VerbTree.of(workbench, Console.standard(), null).execute(words.toArray(String[]::new));
    }

    private static int execute(CommandSession session, Lines lines, Console console, Collection<String> verbs) {
        int highest = ExitStatus.DONE;
        for (String line = lines.next(); line != null && !ENDS.contains(line.strip()); line = lines.next()) {
            if (!line.isBlank() && !line.strip().startsWith("#")) {
                highest = Math.max(highest, one(session, line, console, verbs));
            }
        }
        return highest;
    }

    @SuppressWarnings("CatchingUnchecked") // a command of another bundle may throw whatever it likes
    private static int one(CommandSession session, String line, Console console, Collection<String> verbs) {
        try {
            Object result = session.execute(line);
            return result instanceof Integer status ? status : ExitStatus.DONE;
        } catch (Exception e) {
            String word = WORDS.splitAsStream(line.strip()).findFirst().orElse(line);
            if (!isCommand(session, word)) {
                console.err().println("moraine: no verb " + word + Nearest.hint(word, verbs));
                return ExitStatus.BAD_INPUT;
            }
            console.err().println("moraine: " + line.strip() + ": " + text(e));
            return ExitStatus.BAD_INPUT;
        }
    }

    private static boolean isCommand(CommandSession session, String word) {
        return session.get(COMMANDS) instanceof Collection<?> commands
                && commands.stream()
                        .anyMatch(name -> name.equals(word) || name.toString().endsWith(":" + word));
    }

    private static @Nullable String text(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
