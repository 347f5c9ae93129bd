package moraine.sim.report;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import moraine.sim.ComparisonResult;
import moraine.sim.ComparisonRow;
import moraine.sim.Metric;

/** Results as comma-separated values: a header with units, then raw figures, empty where a policy could not run. */
final class CsvReport {
    private CsvReport() {}

    static void write(List<ComparisonResult> results, Appendable out) throws IOException {
        var text = new StringWriter();
        try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
            boolean headed = false;
            for (ComparisonResult result : results) {
                if (!headed) {
                    csv.writeRecord(header(result));
                    headed = true;
                }
                for (ComparisonRow row : result.rows()) {
                    csv.writeRecord(record(result, row));
                }
            }
        }
        out.append(text.getBuffer());
    }

    private static List<String> header(ComparisonResult result) {
        var fields = new ArrayList<>(List.of("comparison", "policy"));
        result.metrics().stream().map(Metric::key).forEach(fields::add);
        fields.addAll(List.of("ran", "right", "explanation"));
        return fields;
    }

    private static List<String> record(ComparisonResult result, ComparisonRow row) {
        var fields = new ArrayList<>(List.of(result.title(), row.policy()));
        for (int i = 0; i < result.metrics().size(); i++) {
            fields.add(row.ran() ? row.values().get(i).toString() : "");
        }
        fields.addAll(List.of(
                Boolean.toString(row.ran()), row.ran() ? Boolean.toString(row.right()) : "", row.explanation()));
        return fields;
    }
}
