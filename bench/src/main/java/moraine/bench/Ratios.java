package moraine.bench;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Measures every path that has a budget, prints a table and writes a file of ratios. */
public final class Ratios {
    private static final List<Row> ROWS = List.of(
            Row.of("allocate", "order-0 allocate + free, warm", Budget.atMostTimes(1.5)),
            Row.of("allocate-buddy", "order-0 allocate + free, through the buddy lists", Budget.atMostTimes(1.5)),
            Row.of("fault", "fault without zeroing", Budget.atMostTimes(1.5)),
            Row.of("fault-zero", "fault with zeroing", Budget.atMostTimes(1.2)),
            Row.of("tlb", "software TLB hit, random words of 900 pages", Budget.atMostTimes(3)),
            Row.of("tlb-sequential", "software TLB hit, consecutive words", Budget.atMostTimes(3)),
            Row.of("tlb-chain", "software TLB hit, each word the address of the next", Budget.atMostTimes(3)),
            Row.of("migrate", "migration in batches of 64", Budget.atLeastTimes(0.8)),
            Row.of("migrate-out-4k-1", "4 KiB pages to a device, one engine", Budget.atLeastTimes(0.8)),
            Row.of("migrate-out-4k-2", "4 KiB pages to a device, two engines", Budget.atLeastTimes(0.8)),
            Row.of("migrate-home-4k-1", "4 KiB pages from a device, one engine", Budget.atLeastTimes(0.8)),
            Row.of("migrate-home-4k-2", "4 KiB pages from a device, two engines", Budget.atLeastTimes(0.8)),
            Row.of("migrate-out-2m-1", "2 MiB pages to a device, one engine", Budget.atLeastTimes(0.8)),
            Row.of("migrate-out-2m-2", "2 MiB pages to a device, two engines", Budget.atLeastTimes(0.8)),
            Row.of("migrate-home-2m-1", "2 MiB pages from a device, one engine", Budget.atLeastTimes(0.8)),
            Row.of("migrate-home-2m-2", "2 MiB pages from a device, two engines", Budget.atLeastTimes(0.8)),
            Row.of("snapshot", "range snapshot per page", Budget.atMostTimes(1)),
            crowd(2),
            crowd(4),
            crowd(8),
            oversubscribed("vector-add", 110, "91%"),
            oversubscribed("vector-add", 125, "80%"),
            oversubscribed("vector-add", 200, "50%"),
            oversubscribed("stencil", 110, "91%"),
            oversubscribed("stencil", 125, "80%"),
            oversubscribed("stencil", 200, "50%"),
            new Row("metadata", "frame metadata, in use", new Budget(true, 28, "B/page"), Metadata::used),
            new Row(
                    "metadata-unused",
                    "frame metadata, never used",
                    new Budget(true, 0.01, "B/page"),
                    Metadata::unused),
            new Row("replay", "replay of a decoded trace", new Budget(false, 10, "M/s"), Replay::measure),
            Row.of("policy", "policy that does nothing", Budget.atMostTimes(1.017)));

    private Ratios() {}

    /** Twice as many faults one after another: beyond two processors the threads take turns. */
    private static Row crowd(int threads) {
        return new Row(
                "crowd-" + threads,
                threads + " threads fault on one device page",
                Budget.atMostTimes(2 * threads),
                effort -> CrowdedFault.measure(threads, effort));
    }

    private static Row oversubscribed(String workload, int percent, String deviceMemory) {
        return new Row(
                "oversubscribed-" + workload + "-" + percent,
                workload + " at " + percent + " % of device memory, prefetch off / on, modelled",
                Budget.atLeastTimes(0.99),
                _ -> Oversubscription.measure(workload, deviceMemory));
    }

    private record Result(Row row, Row.Figure figure) {
        boolean held() {
            return row.budget().heldBy(figure.value());
        }
    }

    /**
     * Measures.
     *
     * @param args {@code quick} or {@code full}, the file to write, then keys of the rows wanted, or none for all
     */
    public static void main(String[] args) throws IOException {
        Effort effort = args[0].equals("quick") ? Effort.QUICK : Effort.FULL;
        List<String> wanted = Arrays.asList(args).subList(2, args.length);
        List<Result> results = new ArrayList<>();
        for (Row row : ROWS) {
            if (wanted.isEmpty() || wanted.contains(row.key())) {
                Row.Figure figure = row.measurement().measure(effort);
                System.err.println(
                        row.path() + ": " + row.budget().text(figure.value()) + " (" + figure.detail() + ")");
                results.add(new Result(row, figure));
            }
        }
        if (results.isEmpty()) {
            System.err.println("bench: no row " + wanted + "; there are "
                    + ROWS.stream().map(Row::key).toList());
            System.exit(2);
        }
        System.out.println(table(results));
        write(Path.of(args[1]), results);
    }

    private static String table(List<Result> results) {
        return AsciiTable.getTable(
                results,
                List.of(
                        new Column()
                                .header("path")
                                .dataAlign(HorizontalAlign.LEFT)
                                .with(r -> r.row().path()),
                        new Column()
                                .header("ratio")
                                .with(r -> r.row().budget().text(r.figure().value())),
                        new Column().header("budget").with(r -> r.row().budget().text()),
                        new Column().header("held").with(r -> r.held() ? "yes" : "no"),
                        new Column()
                                .header("detail")
                                .dataAlign(HorizontalAlign.LEFT)
                                .with(r -> r.figure().detail())));
    }

    private static void write(Path file, List<Result> results) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (CsvWriter csv = CsvWriter.builder().build(file)) {
            csv.writeRecord("path", "ratio", "budget", "held");
            for (Result result : results) {
                csv.writeRecord(
                        result.row().path(),
                        String.format(Locale.ROOT, "%.4f", result.figure().value()),
                        result.row().budget().text(),
                        result.held() ? "yes" : "no");
            }
        }
    }
}
