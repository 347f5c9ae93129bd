package moraine.testkit.hmm;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one scenario ended with one variant.
 *
 * @param scenario what was run
 * @param variant with what devices
 * @param failure why it failed, or null when it passed
 * @param notes lines that the scenario left, figures of a benchmark say
 */
public record Outcome(
        Scenario scenario, Variant variant, @Nullable Throwable failure, List<String> notes) {
    public Outcome {
        notes = List.copyOf(notes);
    }

    public boolean passed() {
        return failure == null;
    }

    /** {@return {@code passed} or {@code failed}} */
    public String result() {
        return passed() ? "passed" : "failed";
    }
}
