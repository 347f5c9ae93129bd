package moraine.sim.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import moraine.sim.ComparisonResult;
import moraine.sim.ComparisonRow;
import moraine.sim.Fact;
import moraine.sim.Metric;
import moraine.sim.ReportFormat;
import org.junit.jupiter.api.Test;

final class ReportsTest {
    private static final ComparisonResult RESULT = new ComparisonResult(
            "kernel on machine",
            List.of(new Fact("workload", "a kernel"), new Fact("seed", "1")),
            List.of(
                    new Metric("modelled time", "modelled_time_ns", "ns", Metric.Shown.NS_AS_MS, "Time."),
                    new Metric("ratio to best", "ratio_to_best", "", Metric.Shown.RATIO, "Ratio."),
                    new Metric("bytes moved", "bytes_moved", "bytes", Metric.Shown.BYTES_AS_MIB, "Bytes.")),
            List.of(
                    new ComparisonRow("slow", List.of(1_234_567_891L, 1.5, 3L << 20), true, "Because."),
                    new ComparisonRow("none", List.of(), true, "It \"cannot\", here.")),
            List.of("A note."),
            List.of("No part of the report."));

    private static String write(ReportFormat format, ComparisonResult... results) throws IOException {
        var out = new StringBuilder();
        Reports.write(List.of(results), format, out);
        return out.toString();
    }

    @Test
    void shouldWriteATableForPeople() throws IOException {
        assertThat(write(ReportFormat.TABLE, RESULT)).isEqualTo("""
                kernel on machine
                  workload  a kernel
                  seed      1

                +--------+-----------+---------+-------+
                | policy |  modelled |   ratio | bytes |
                |        |      time | to best | moved |
                |        |      [ms] |         | [MiB] |
                +--------+-----------+---------+-------+
                | slow   | 1,234.568 |    1.50 |   3.0 |
                | none   |       n/a |     n/a |   n/a |
                +--------+-----------+---------+-------+

                slow  Because.
                none  n/a: It "cannot", here.
                Note: A note.
                """);
    }

    @Test
    void shouldWriteRawFiguresAsCsvUnderOneHeader() throws IOException {
        String header = "comparison,policy,modelled_time_ns,ratio_to_best,bytes_moved,ran,right,explanation\n";
        String lines = """
                kernel on machine,slow,1234567891,1.5,3145728,true,true,Because.
                kernel on machine,none,,,,false,,"It ""cannot"", here."
                """;
        assertThat(write(ReportFormat.CSV, RESULT, RESULT)).isEqualTo(header + lines + lines);
    }

    @Test
    void shouldWriteOneJsonArray() throws IOException {
        String text = write(ReportFormat.JSON, RESULT, RESULT);
        var values = new ArrayList<String>();
        try (var parser = new JsonFactory().createParser(text)) {
            assertThat(parser.nextToken()).isEqualTo(JsonToken.START_ARRAY);
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isScalarValue()) {
                    values.add(parser.currentName() + "=" + parser.getText());
                }
            }
        }
        assertThat(values)
                .contains("policy=slow", "modelled_time_ns=1234567891", "ratio_to_best=1.5", "bytes_moved=null");
    }
}
