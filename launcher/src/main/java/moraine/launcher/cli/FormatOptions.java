package moraine.launcher.cli;

import java.util.function.Supplier;
import moraine.sim.ReportFormat;
import picocli.CommandLine.Option;

/** How a verb's result is written. */
final class FormatOptions {
    @Option(names = "--csv", description = "comma-separated raw figures on standard output, and nothing else")
    boolean csv;

    @Option(names = "--json", description = "JSON with raw figures on standard output, and nothing else")
    boolean json;

    /** {@return the format; refuses two} */
    ReportFormat format() {
        if (csv && json) {
            throw Texts.bad("--csv and --json exclude each other; drop one");
        }
        return csv ? ReportFormat.CSV : json ? ReportFormat.JSON : ReportFormat.TABLE;
    }

    /** {@return a result as text: for people, or its records} */
    String text(Supplier<String> people, Supplier<Records> programs) {
        return switch (format()) {
            case TABLE -> people.get();
            case CSV -> programs.get().csv();
            case JSON -> programs.get().json();
        };
    }
}
