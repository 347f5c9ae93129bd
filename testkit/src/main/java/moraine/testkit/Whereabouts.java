package moraine.testkit;

import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/** Where threads are, by their stacks. */
final class Whereabouts {
    private static final int FRAMES = 12;

    private Whereabouts() {}

    /** {@return whether a thread of that name is inside a method, given as Class.method} */
    static boolean within(String actor, String method) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey().getName().equals(actor))
                .flatMap(entry -> Arrays.stream(entry.getValue()))
                .anyMatch(frame -> brief(frame).equals(method));
    }

    /** {@return the top of the stacks of named actors and of every thread that is inside Moraine} */
    static String text(Collection<String> actors) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> actors.contains(entry.getKey().getName()) || busy(entry.getValue()))
                .map(Whereabouts::text)
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    private static boolean busy(StackTraceElement[] stack) {
        boolean idle = Arrays.stream(stack).anyMatch(frame -> brief(frame).equals("ThreadedActor.sleep"));
        return !idle
                && Arrays.stream(stack).anyMatch(frame -> frame.getClassName().startsWith("moraine.core.impl."));
    }

    private static String text(Map.Entry<Thread, StackTraceElement[]> entry) {
        return Arrays.stream(entry.getValue())
                .limit(FRAMES)
                .map(Whereabouts::brief)
                .collect(Collectors.joining(" < ", entry.getKey().getName() + ": ", ""));
    }

    private static String brief(StackTraceElement frame) {
        String name = frame.getClassName();
        return name.substring(name.lastIndexOf('.') + 1) + "." + frame.getMethodName();
    }
}
