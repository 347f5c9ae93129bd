package moraine.core.impl.host;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import moraine.core.api.model.ExitRecord;

/** How the last plug-in instances ended, as text; oldest first. */
public final class ExitRecords {
    static final int KEPT = 16;
    private static final int STACK_CHARACTERS = 32_768;

    private final Deque<ExitRecord> records = new ArrayDeque<>();

    public synchronized void add(ExitRecord exit) {
        if (records.size() == KEPT) {
            records.removeFirst();
        }
        records.addLast(exit);
    }

    public synchronized List<ExitRecord> list() {
        return List.copyOf(records);
    }

    /** {@return a bounded text of a plug-in's exception, which must not be kept itself} */
    public static String stack(Throwable thrown) {
        var text = new StringBuilder();
        Throwable next = thrown;
        for (int depth = 0; next != null && depth < 8; depth++, next = next.getCause()) {
            text.append(depth == 0 ? "" : "caused by: ").append(line(next)).append('\n');
            for (StackTraceElement frame : next.getStackTrace()) {
                if (text.length() > STACK_CHARACTERS) {
                    return text.substring(0, STACK_CHARACTERS);
                }
                text.append("    at ").append(frame).append('\n');
            }
        }
        return text.toString();
    }

    /** {@return class and message; a plug-in's own code runs here and may throw again} */
    public static String line(Throwable thrown) {
        String name = thrown.getClass().getName();
        try {
            String message = thrown.getMessage();
            return message == null ? name : name + ": " + message;
        } catch (RuntimeException | LinkageError e) {
            return name + " (its message could not be read)";
        }
    }
}
