package moraine.testkit.suite;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What came out of a run of a suite, for people and for programs. */
public final class Report {
    private static final int NAME_WIDTH = 30;
    private static final int CELL_WIDTH = 12;

    private Report() {}

    /** {@return a table: scenario, the columns in the order of their first trials, result; failures below} */
    public static String table(List<Outcome> outcomes) {
        List<String> columns = outcomes.stream()
                .map(outcome -> outcome.trial().column())
                .distinct()
                .toList();
        var rows = new LinkedHashMap<String, Map<String, Outcome>>();
        for (Outcome outcome : outcomes) {
            rows.computeIfAbsent(outcome.scenario(), _ -> new TreeMap<>())
                    .put(outcome.trial().column(), outcome);
        }
        var text = new StringBuilder(line(columns, "scenario", columns, "result"));
        rows.forEach((name, row) -> {
            boolean passed = row.values().stream().allMatch(Outcome::passed);
            List<String> cells =
                    columns.stream().map(column -> cell(row.get(column))).toList();
            text.append(line(columns, name, cells, passed ? "passed" : "FAILED"));
        });
        long failed = outcomes.stream().filter(outcome -> !outcome.passed()).count();
        text.append(
                String.format(Locale.ROOT, "%d scenarios, %d runs, %d failed%n", rows.size(), outcomes.size(), failed));
        outcomes.forEach(outcome -> details(text, outcome));
        return text.toString();
    }

    private static String line(List<String> columns, String scenario, List<String> cells, String result) {
        var parts = new ArrayList<>(List.of(pad(scenario, NAME_WIDTH)));
        for (int i = 0; i < columns.size(); i++) {
            parts.add(pad(cells.get(i), Math.max(CELL_WIDTH, columns.get(i).length())));
        }
        parts.add(result);
        return String.format("%s%n", String.join(" ", parts));
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String cell(@Nullable Outcome outcome) {
        return outcome == null ? "-" : outcome.result() + outcome.trial().mark();
    }

    private static void details(StringBuilder text, Outcome outcome) {
        String where = outcome.scenario() + ", " + outcome.variant() + ": ";
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
                    csv.writeRecord(outcome.scenario(), outcome.variant(), outcome.result());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the conformance results to " + file, e);
        }
    }
}
