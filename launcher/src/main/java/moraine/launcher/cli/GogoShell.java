package moraine.launcher.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Nearest;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;

/** A Gogo session in which every verb is a command of scope {@code moraine}, all on one workbench. */
final class GogoShell {
    private static final String SCOPE = "moraine";
    private static final List<String> ENDS = List.of("exit", "quit");

    private static final String NOT_FOUND = "Command not found: ";
    private static final Pattern LIVE_BEHIND = Pattern.compile("\\brun\\b.*\\s--live\\b.*&\\s*");
    private static final long LOOK_NS = 1_000_000;

    private final BundleContext context;
    private final Workbench workbench;
    private final AtomicInteger highest = new AtomicInteger();

    GogoShell(BundleContext context, Workbench workbench) {
        this.context = context;
        this.workbench = workbench;
    }

    /** {@return the highest status of all verbs when they came from a file, else 0} */
    int run(Console console) {
        var reference = Objects.requireNonNull(context.getServiceReference(CommandProcessor.class));
        CommandProcessor processor = Objects.requireNonNull(context.getService(reference));
        Map<String, Function> commands = commands(console);
        PrintStream out = stream(FileDescriptor.out);
        List<ServiceRegistration<?>> registered = register(commands);
        try (CommandSession session = processor.createSession(
                        new FileInputStream(FileDescriptor.in), out, stream(FileDescriptor.err));
                Lines lines = Lines.open(console, commands.keySet())) {
            session.put("SCOPE", SCOPE + ":*");
            execute(session, lines, console, commands.keySet());
            if (!console.terminal()) {
                awaitUntil(() -> session.jobs().isEmpty());
            }
            return status(console, out);
        } finally {
            registered.forEach(ServiceRegistration::unregister);
            context.ungetService(reference);
        }
    }

    private int status(Console console, PrintStream out) {
        if (out.checkError()) {
            throw new MoraineException(
                    Errno.EIO, Blame.RESOURCES, "standard output cannot be written, so results are lost");
        }
        return console.terminal() ? ExitStatus.DONE : highest.get();
    }

    /** Gogo has put streams of its own in the place of the system's, and they would lead back into the session. */
    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), /* autoFlush= */ true, System.out.charset());
    }

    private Map<String, Function> commands(Console console) {
        var commands = new LinkedHashMap<String, Function>();
        for (String verb :
                VerbTree.of(workbench, console, null).getSubcommands().keySet()) {
            commands.put(verb, (session, arguments) -> {
                verb(verb, arguments);
                return null;
            });
        }
        commands.putAll(Filters.all());
        return commands;
    }

    private List<ServiceRegistration<?>> register(Map<String, Function> commands) {
        var registered = new ArrayList<ServiceRegistration<?>>();
        commands.forEach((name, function) -> {
            Map<String, String> properties =
                    Map.of(CommandProcessor.COMMAND_SCOPE, SCOPE, CommandProcessor.COMMAND_FUNCTION, name);
            registered.add(context.registerService(Function.class, function, FrameworkUtil.asDictionary(properties)));
        });
        return registered;
    }

    /**
     * Runs in the thread that Gogo chooses; the standard streams are the session's, or a pipe, there. It answers Gogo
     * nothing, which would write that behind the verb's lines into the pipe.
     */
    private void verb(String verb, List<Object> arguments) {
        var words = new ArrayList<String>();
        words.add(verb);
        arguments.forEach(argument -> words.add(String.valueOf(argument)));
        int status = VerbTree.of(workbench, Console.standard(), null).execute(words.toArray(String[]::new));
        highest.accumulateAndGet(status, Math::max);
    }

    private void execute(CommandSession session, Lines lines, Console console, Collection<String> names) {
        for (String line = lines.next(); line != null && !ENDS.contains(line.strip()); line = lines.next()) {
            if (!line.isBlank() && !line.strip().startsWith("#")) {
                one(session, line.strip(), console, names);
            }
        }
    }

    @SuppressWarnings("CatchingUnchecked") // a command of another bundle may throw whatever it likes
    private void one(CommandSession session, String line, Console console, Collection<String> names) {
        int before = workbench.live().announcements();
        try {
            session.execute(line);
            if (LIVE_BEHIND.matcher(line).matches()) {
                awaitUntil(() -> workbench.live().announcements() != before
                        || session.jobs().isEmpty());
            }
        } catch (Exception e) {
            console.err().println("moraine: " + said(line, e, names));
            highest.accumulateAndGet(ExitStatus.BAD_INPUT, Math::max);
        }
    }

    /** {@return what went wrong with a line: a name that there is not, or whatever a command threw} */
    private static String said(String line, Exception failure, Collection<String> names) {
        String text = Objects.requireNonNullElse(
                failure.getMessage(), failure.getClass().getSimpleName());
        if (text.startsWith(NOT_FOUND)) {
            String word = text.substring(NOT_FOUND.length());
            return "no verb " + word + Nearest.hint(word, names);
        }
        return line + ": " + text;
    }

    private void awaitUntil(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            workbench.threads().parkNs(LOOK_NS);
        }
    }
}
