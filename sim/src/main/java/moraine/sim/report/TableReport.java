package moraine.sim.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import moraine.sim.ComparisonResult;
import moraine.sim.ComparisonRow;
import moraine.sim.Fact;
import moraine.sim.Metric;

/** Results for people: the facts, a table, a sentence for each row, the notes. */
final class TableReport {
    private static final String UNAVAILABLE = "n/a";

    private TableReport() {}

    static void write(List<ComparisonResult> results, Appendable out) throws IOException {
        String separator = "";
        for (ComparisonResult result : results) {
            out.append(separator).append(text(result));
            separator = "\n";
        }
    }

    private static String text(ComparisonResult result) {
        var text = new StringBuilder(result.title()).append('\n');
        int width =
                result.facts().stream().mapToInt(f -> f.name().length()).max().orElse(0);
        for (Fact fact : result.facts()) {
            text.append("  ")
                    .append(pad(fact.name(), width))
                    .append("  ")
                    .append(fact.value())
                    .append('\n');
        }
        text.append('\n').append(table(result)).append('\n');
        int policies =
                result.rows().stream().mapToInt(r -> r.policy().length()).max().orElse(0);
        for (ComparisonRow row : result.rows()) {
            String unavailable = row.ran() ? "" : UNAVAILABLE + ": ";
            text.append(pad(row.policy(), policies)).append("  ").append(unavailable);
            text.append(row.explanation()).append('\n');
        }
        result.notes().forEach(note -> text.append("Note: ").append(note).append('\n'));
        return text.toString();
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(width - text.length());
    }

    private static String table(ComparisonResult result) {
        var table = new TextTable();
        table.column(List.of("policy"), /* right= */ false);
        result.metrics().forEach(metric -> table.column(header(metric), /* right= */ true));
        for (ComparisonRow row : result.rows()) {
            var cells = new ArrayList<>(List.of(row.policy()));
            for (int i = 0; i < result.metrics().size(); i++) {
                cells.add(cell(row, result.metrics().get(i), i));
            }
            table.row(cells);
        }
        return table.toString();
    }

    /** {@return the name in two lines above the unit, so that the column stays narrow} */
    private static List<String> header(Metric metric) {
        int space = metric.name().indexOf(' ');
        var lines = new ArrayList<>(
                List.of(metric.name().substring(0, space), metric.name().substring(space + 1)));
        String unit =
                metric.shown().unit().isEmpty() ? metric.unit() : metric.shown().unit();
        if (!unit.isEmpty() && !metric.name().contains(unit)) {
            lines.add("[" + unit + "]");
        }
        return lines;
    }

    private static String cell(ComparisonRow row, Metric metric, int index) {
        if (!row.ran()) {
            return UNAVAILABLE;
        }
        Metric.Shown shown = metric.shown();
        double value = row.values().get(index).doubleValue() / shown.divisor();
        return String.format(Locale.ROOT, "%,." + shown.decimals() + "f", value);
    }
}
