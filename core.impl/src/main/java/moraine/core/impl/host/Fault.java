package moraine.core.impl.host;

import moraine.core.api.model.ExitRecord;

/**
 * What a plug-in did wrong, as text.
 *
 * @param kind of exit it leads to when it happens too often
 * @param callback in which
 * @param reason in a line
 * @param stack text of the stack, or empty
 */
public record Fault(int kind, String callback, String reason, String stack) {
    /** {@return why an instance ends in good order} */
    public static Fault none(int kind, String reason) {
        return new Fault(kind, "", reason, "");
    }

    /** {@return the fault that a thrown exception is} */
    public static Fault thrown(String callback, Throwable thrown) {
        return new Fault(
                ExitRecord.EXCEPTION,
                callback,
                callback + "() threw " + ExitRecords.line(thrown),
                ExitRecords.stack(thrown));
    }

    /** {@return whether nobody did anything wrong} */
    public boolean orderly() {
        return kind < ExitRecord.EXCEPTION;
    }
}
