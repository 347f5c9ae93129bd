package moraine.sim.report;

import java.io.IOException;
import java.util.List;
import moraine.sim.ComparisonResult;
import moraine.sim.ReportFormat;

/** Writes results in any format. */
public final class Reports {
    private Reports() {}

    public static void write(List<ComparisonResult> results, ReportFormat format, Appendable out) throws IOException {
        switch (format) {
            case TABLE -> TableReport.write(results, out);
            case CSV -> CsvReport.write(results, out);
            case JSON -> JsonReport.write(results, out);
        }
    }
}
