package moraine.sim;

import java.util.List;

/**
 * A comparison of policies. All figures are modelled, none is measured.
 *
 * @param title what was compared
 * @param facts what ran on what, with the sizes that were chosen
 * @param metrics columns after the policy's name
 * @param rows a policy each, in the order asked for
 * @param notes what a reader of the figures must know, a sentence each
 * @param adjustments where the machine is not exactly what was asked for, a sentence each; no part of reports
 */
public record ComparisonResult(
        String title,
        List<Fact> facts,
        List<Metric> metrics,
        List<ComparisonRow> rows,
        List<String> notes,
        List<String> adjustments) {
    public ComparisonResult {
        facts = List.copyOf(facts);
        metrics = List.copyOf(metrics);
        rows = List.copyOf(rows);
        notes = List.copyOf(notes);
        adjustments = List.copyOf(adjustments);
    }

    /** {@return whether every policy that ran computed the right result} */
    public boolean right() {
        return rows.stream().allMatch(r -> !r.ran() || r.right());
    }
}
