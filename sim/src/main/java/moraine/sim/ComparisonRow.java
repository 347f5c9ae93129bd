package moraine.sim;

import java.util.List;

/**
 * How one policy did.
 *
 * @param policy instance name as asked for
 * @param values one for each metric, whole numbers as longs; empty when it could not run
 * @param right whether the workload's result was right
 * @param explanation where the time went, or why it could not run: a sentence
 */
public record ComparisonRow(String policy, List<Number> values, boolean right, String explanation) {
    public ComparisonRow {
        values = List.copyOf(values);
    }

    /** {@return whether the policy could drive the machine} */
    public boolean ran() {
        return !values.isEmpty();
    }
}
