package moraine.sim.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import moraine.sim.ComparisonRow;

/**
 * What follows from the rows taken together: each one's ratio to the fastest, and why two are equal.
 *
 * @param rows as they ran
 * @param noDevice whether the machine has no device
 */
record Verdicts(List<ComparisonRow> rows, boolean noDevice) {
    List<ComparisonRow> complete() {
        double best = rows.stream()
                .filter(ComparisonRow::ran)
                .mapToLong(Verdicts::elapsed)
                .min()
                .orElse(0);
        List<ComparisonRow> done = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            done.add(rows.get(i).ran() ? complete(i, best) : rows.get(i));
        }
        return done;
    }

    private ComparisonRow complete(int index, double best) {
        ComparisonRow row = rows.get(index);
        var values = new ArrayList<>(row.values());
        values.set(Metrics.RATIO, best == 0 ? 1.0 : elapsed(row) / best);
        String explanation =
                earlierEqual(row, index).map(other -> equal(row, other)).orElse("") + row.explanation();
        return new ComparisonRow(row.policy(), values, row.right(), explanation);
    }

    private static long elapsed(ComparisonRow row) {
        return row.values().get(Metrics.ELAPSED).longValue();
    }

    private Optional<ComparisonRow> earlierEqual(ComparisonRow row, int index) {
        return rows.stream()
                .limit(index)
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
