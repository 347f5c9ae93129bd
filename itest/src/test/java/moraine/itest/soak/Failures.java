package moraine.itest.soak;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/** Failures as text, for a reader outside of the bundle. */
final class Failures {
    private Failures() {}

    static String text(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    /** {@return whether it or one of its causes says that memory held something else than was written} */
    static boolean isMismatch(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Mismatch) {
                return true;
            }
        }
        return false;
    }
}
