package moraine.testkit;

import java.util.List;
import java.util.stream.Collectors;
import moraine.core.api.model.Violation;

/** The verdict on what a machine's checker found; every test that changes memory ends with it. */
public final class Invariants {
    private Invariants() {}

    /**
     * Does nothing when nothing is broken.
     *
     * @param found by {@code Machine.check()}
     * @throws AssertionError a line for each violation
     */
    public static void hold(List<Violation> found) {
        if (!found.isEmpty()) {
            throw new AssertionError(found.stream()
                    .map(v -> v.invariant() + ": " + v.detail())
                    .collect(Collectors.joining("\n", found.size() + " invariants are broken:\n", "")));
        }
    }
}
