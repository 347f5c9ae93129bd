package moraine.core.impl.random;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The stacks of all threads as text, for a run that hangs. */
final class Stacks {
    private Stacks() {}

    static String all() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getValue().length > 0)
                .map(entry -> entry.getKey().getName() + "\n"
                        + Arrays.stream(entry.getValue())
                                .map(frame -> "    " + frame)
                                .collect(Collectors.joining("\n")))
                .collect(Collectors.joining("\n"));
    }
}
