package moraine.launcher.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.felix.service.command.Function;
import org.jline.builtins.PosixCommands;
import org.jline.builtins.PosixCommands.Context;

/**
 * What may stand behind a {@code |} in the shell: JLine's versions of some commands of POSIX. They know {@code -n 3};
 * its old short form {@code -3}, which hands still type, is turned into that.
 */
final class Filters {
    private static final Pattern COUNT = Pattern.compile("-\\d+");

    private Filters() {}

    /** A command of JLine. */
    @FunctionalInterface
    private interface Body {
        void run(Context context, String[] arguments) throws Exception;
    }

    /** {@return functions of Gogo by name} */
    static Map<String, Function> all() {
        var all = new TreeMap<String, Function>();
        add(all, "echo", PosixCommands::echo);
        add(all, "head", PosixCommands::head);
        add(all, "sort", PosixCommands::sort);
        add(all, "tail", PosixCommands::tail);
        return all;
    }

    private static void add(Map<String, Function> all, String name, Body body) {
        all.put(name, (session, arguments) -> {
            body.run(context(), words(name, arguments));
            return null;
        });
    }

    /** Reads and writes the streams of the thread, which Gogo has made the pipe's. */
    @SuppressWarnings("NullAway") // JLine takes no terminal for one that cannot show colours
    private static Context context() {
        InputStream in = System.in;
        PrintStream out = System.out;
        return new Context(in, out, System.err, Path.of("").toAbsolutePath(), null, _ -> null);
    }

    /** {@return the command's name and its arguments} */
    static String[] words(String name, List<Object> arguments) {
        var words = new ArrayList<String>();
        words.add(name);
        boolean counts = name.equals("head") || name.equals("tail");
        for (Object argument : arguments) {
            String word = String.valueOf(argument);
            if (counts && words.size() == 1 && COUNT.matcher(word).matches()) {
                words.add("-n");
                word = word.substring(1);
            }
            words.add(word);
        }
        return words.toArray(String[]::new);
    }
}
