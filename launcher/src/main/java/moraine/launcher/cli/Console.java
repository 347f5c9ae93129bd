package moraine.launcher.cli;

import java.io.PrintStream;
import java.util.Optional;

/**
 * Where a verb writes: results to {@code out} and nothing else, notes and progress to {@code err}.
 *
 * @param out results
 * @param err notes, progress, mistakes
 * @param terminal whether somebody watches, so that progress makes sense
 */
record Console(PrintStream out, PrintStream err, boolean terminal) {
    /** {@return the console on the process's standard streams as they are now} */
    static Console standard() {
        boolean terminal = Optional.ofNullable(System.console())
                .filter(java.io.Console::isTerminal)
                .isPresent();
        return new Console(System.out, System.err, terminal);
    }

    /** Tells people something that is no result. */
    void note(String text) {
        err.println("note: " + text);
    }

    /** Shows how far a long command is, on a terminal only; each call replaces the text before. */
    void progress(String text) {
        if (terminal) {
            err.print("\r\u001b[K" + text);
            err.flush();
        }
    }

    /** Takes the progress text away. */
    void endProgress() {
        progress("");
    }
}
