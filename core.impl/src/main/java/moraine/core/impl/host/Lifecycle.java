package moraine.core.impl.host;

import java.util.Objects;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Verdict;
import moraine.core.api.time.Environment;
import org.jspecify.annotations.Nullable;

/** Calls into one plug-in instance that its host needs an answer to: check, create, close. One after the other. */
public final class Lifecycle {
    private final Line line;

    /**
     * An answer that a call fills in.
     *
     * @param <T> what is asked for
     */
    public static final class Answer<T> {
        public volatile @Nullable T value;
    }

    /**
     * @param name of the actor that calls, for people
     * @param initiator node whose processors it uses
     */
    public Lifecycle(Environment environment, String name, int initiator, Guard guard) {
        this.line = new Line(environment, name, initiator, guard);
    }

    /** Calls the plug-in. @return what went wrong, or null */
    public @Nullable String ask(String callback, Runnable call, long deadlineNs) {
        var refused = new Answer<String>();
        int result = line.run(callback, () -> refused.value = refusal(call), deadlineNs);
        return switch (result) {
            case Line.OK -> refused.value;
            case Line.THREW -> Objects.requireNonNull(line.fault()).reason();
            case Line.LATE -> line.stall(deadlineNs).reason();
            default -> callback + "() could not be called, for an earlier call has not returned";
        };
    }

    /** A refusal in Moraine's own words is an answer, not a fault. */
    private static @Nullable String refusal(Runnable call) {
        try {
            call.run();
            return null;
        } catch (MoraineException e) {
            return e.getMessage();
        }
    }

    /** {@return why a provider does not want to, or null} */
    public static @Nullable String refusal(@Nullable Verdict verdict) {
        if (verdict == null) {
            return "check() answered null; it must answer with a verdict";
        }
        return verdict.accepted() ? null : verdict.reason();
    }

    /** Ends the actor that calls. @return whether it ended within the time; if not, it was interrupted and left */
    public boolean end(long deadlineNs) {
        return line.end(deadlineNs);
    }
}
