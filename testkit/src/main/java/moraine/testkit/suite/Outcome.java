package moraine.testkit.suite;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one trial ended.
 *
 * @param trial what was run
 * @param failure why it failed, or null when it passed
 * @param notes lines that the scenario left, figures of a benchmark say
 */
public record Outcome(Trial trial, @Nullable Throwable failure, List<String> notes) {
    public Outcome {
        notes = List.copyOf(notes);
    }

    public String scenario() {
        return trial.scenario();
    }

    public String variant() {
        return trial.variant();
    }

    public boolean passed() {
        return failure == null;
    }

    /** {@return {@code passed} or {@code failed}} */
    public String result() {
        return passed() ? "passed" : "failed";
    }
}
