package moraine.testkit.suite;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One scenario to be run once.
 *
 * @param scenario name of what is demanded
 * @param variant of whom or with what, for lists
 * @param column of the table in which its result stands
 * @param mark what the table appends to the result, or empty
 * @param body the demand
 */
public record Trial(String scenario, String variant, String column, String mark, Body body) {
    /** What a trial does. */
    @FunctionalInterface
    public interface Body {
        /**
         * Does it on a machine of its own.
         *
         * @param notes takes lines for the report
         * @throws AssertionError when the subject does not meet the demand
         * @throws RuntimeException when it does not even get that far
         */
        void run(Consumer<String> notes);
    }

    /** A trial whose column is its variant. */
    public Trial(String scenario, String variant, Body body) {
        this(scenario, variant, variant, "", body);
    }

    /** {@return how it ended; nothing is skipped, and whatever is thrown is a failure, but for an interrupt} */
    public Outcome run() {
        List<String> notes = new ArrayList<>();
        try {
            body.run(notes::add);
            return new Outcome(this, null, notes);
        } catch (Throwable failure) {
            if (failure instanceof InterruptedException) {
                throw failure;
            }
            return new Outcome(this, failure, notes);
        }
    }

    /** Runs trials, one after another. @return how each ended */
    public static List<Outcome> run(List<Trial> trials, Consumer<Outcome> told) {
        List<Outcome> outcomes = new ArrayList<>();
        for (Trial trial : trials) {
            Outcome outcome = trial.run();
            outcomes.add(outcome);
            told.accept(outcome);
        }
        return outcomes;
    }
}
