package moraine.launcher.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/** Where a shell's lines come from: JLine on a terminal, plain standard input elsewhere. */
interface Lines extends AutoCloseable {
    /** {@return the next line, or null at the end} */
    @Nullable
    String next();

    @Override
    void close();

    static Lines open(Console console, Collection<String> verbs) {
        try {
            return console.terminal() ? new OnTerminal(verbs) : new Plain();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lines edited on a terminal, with completion of verbs. */
    final class OnTerminal implements Lines {
        private final Terminal terminal;
        private final LineReader reader;

        OnTerminal(Collection<String> verbs) throws IOException {
            terminal = terminal();
            reader = LineReaderBuilder.builder()
                    .appName("moraine")
                    .terminal(terminal)
                    .completer(new StringsCompleter(verbs))
                    .build();
        }

        /** JLine looks for its native parts through the thread's class loader. */
        private static Terminal terminal() throws IOException {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(TerminalBuilder.class.getClassLoader());
            try {
                return TerminalBuilder.builder().name("moraine").system(true).build();
            } finally {
                thread.setContextClassLoader(before);
            }
        }

        @Override
        public @Nullable String next() {
            while (true) {
                try {
                    return reader.readLine("moraine> ");
                } catch (UserInterruptException _) {
                    // Ctrl-C drops the line
                } catch (EndOfFileException _) {
                    return null;
                }
            }
        }

        @Override
        public void close() {
            try {
                terminal.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Lines of standard input, which stays open. */
    final class Plain implements Lines {
        private final BufferedReader reader =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

        @Override
        public @Nullable String next() {
            try {
                return reader.readLine();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {}
    }
}
