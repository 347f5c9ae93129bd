package moraine.sim.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import moraine.sim.ComparisonRow;
import moraine.sim.time.Spent;

/**
 * What follows from the rows taken together: each one's ratio to the fastest, where the difference comes from, and why
 * two are equal.
 *
 * @param runs as they ran
 * @param noDevice whether the machine has no device
 */
record Verdicts(List<Played> runs, boolean noDevice) {
    private static final double NS_PER_MS = 1e6;

    /**
     * A policy's run.
     *
     * @param row what it showed
     * @param spentNs what its time went into, empty where that is not known
     */
    record Played(ComparisonRow row, Map<Spent, Double> spentNs) {}

    List<ComparisonRow> complete() {
        Optional<Played> best =
                runs.stream().filter(run -> run.row().ran()).min(Comparator.comparingLong(run -> elapsed(run.row())));
        List<ComparisonRow> done = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            ComparisonRow row = runs.get(i).row();
            done.add(row.ran() ? complete(i, best.orElseThrow()) : row);
        }
        return done;
    }

    private ComparisonRow complete(int index, Played best) {
        Played run = runs.get(index);
        ComparisonRow row = run.row();
        double bestNs = elapsed(best.row());
        var values = new ArrayList<>(row.values());
        values.set(Metrics.RATIO, bestNs == 0 ? 1.0 : elapsed(row) / bestNs);
        String explanation = earlierEqual(row, index)
                .map(other -> equal(row, other) + row.explanation())
                .orElseGet(() -> row.explanation() + difference(run, best));
        return new ComparisonRow(row.policy(), values, row.right(), explanation);
    }

    private static long elapsed(ComparisonRow row) {
        return row.values().get(Metrics.ELAPSED).longValue();
    }

    /** {@return a sentence on what a run spent more on than the fastest; empty for the fastest} */
    private static String difference(Played run, Played best) {
        return Stream.of(Spent.values())
                .max(Comparator.comparingDouble(kind -> more(run, best, kind)))
                .filter(kind -> elapsed(run.row()) > elapsed(best.row()) && more(run, best, kind) > 0)
                .map(kind -> String.format(
                        Locale.ROOT,
                        " It takes %.3f ms more than %s; where it differs most, %s (%.3f ms more).",
                        (elapsed(run.row()) - elapsed(best.row())) / NS_PER_MS,
                        best.row().policy(),
                        kind.clause(),
                        more(run, best, kind) / NS_PER_MS))
                .orElse("");
    }

    private static double more(Played run, Played best, Spent kind) {
        return run.spentNs().getOrDefault(kind, 0.0) - best.spentNs().getOrDefault(kind, 0.0);
    }

    private Optional<ComparisonRow> earlierEqual(ComparisonRow row, int index) {
        return runs.stream()
                .limit(index)
                .map(Played::row)
                .filter(other -> other.values().equals(row.values()))
                .findFirst();
    }

    private String equal(ComparisonRow row, ComparisonRow other) {
        String why;
        if (noDevice) {
            why = "the machine has no device whose memory they could use otherwise";
        } else if (row.values().get(Metrics.PEAK).longValue() == 0) {
            why = "neither placed a page in the device's memory, which is all they differ in";
        } else {
            why = "they placed and moved every page alike";
        }
        return "Equal to " + other.policy() + ", because " + why + ": ";
    }
}
