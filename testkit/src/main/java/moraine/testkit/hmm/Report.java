package moraine.testkit.hmm;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What came out of a run of the suite, for people and for programs. */
public final class Report {
    private Report() {}

    /** {@return a table: scenario, private, coherent, result; failures below} */
    public static String table(List<Outcome> outcomes) {
        var rows = new LinkedHashMap<String, Map<Boolean, Outcome>>();
        for (Outcome outcome : outcomes) {
            rows.computeIfAbsent(outcome.scenario().name(), _ -> new TreeMap<>())
                    .put(outcome.variant().coherent(), outcome);
        }
        var text = new StringBuilder(line("scenario", "private", "coherent", "result"));
        rows.forEach((name, row) -> {
            boolean passed = row.values().stream().allMatch(Outcome::passed);
            text.append(line(name, cell(row, false), cell(row, true), passed ? "passed" : "FAILED"));
        });
        long failed = outcomes.stream().filter(outcome -> !outcome.passed()).count();
        text.append(
                String.format(Locale.ROOT, "%d scenarios, %d runs, %d failed%n", rows.size(), outcomes.size(), failed));
        outcomes.forEach(outcome -> details(text, outcome));
        return text.toString();
    }

    private static String line(String scenario, String first, String second, String result) {
        return String.format(Locale.ROOT, "%-30s %-12s %-12s %s%n", scenario, first, second, result);
    }

    private static String cell(Map<Boolean, Outcome> row, boolean coherent) {
        Outcome outcome = row.get(coherent);
        if (outcome == null) {
            return "-";
        }
        return outcome.result() + (outcome.variant().devices() > 1 ? " (2)" : "");
    }

    private static void details(StringBuilder text, Outcome outcome) {
        String where = outcome.scenario().name() + ", " + outcome.variant().text() + ": ";
        outcome.notes().forEach(note -> text.append(String.format("%s%s%n", where, note)));
        if (outcome.failure() != null) {
            text.append(String.format("%s%s%n", where, outcome.failure()));
        }
    }

    /** Writes {@code scenario,variant,result}, a line a run. The file's folders are made. */
    public static void writeCsv(List<Outcome> outcomes, Path file) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            try (CsvWriter csv =
                    CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(file)) {
                csv.writeRecord("scenario", "variant", "result");
                for (Outcome outcome : outcomes) {
                    csv.writeRecord(outcome.scenario().name(), outcome.variant().text(), outcome.result());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the conformance results to " + file, e);
        }
    }
}
