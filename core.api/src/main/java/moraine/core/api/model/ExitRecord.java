package moraine.core.api.model;

/**
 * How a plug-in instance ended. Text and numbers only: nothing here keeps its class loader alive.
 *
 * @param instance name of the instance
 * @param bundle symbolic name and version
 * @param kind band: 0 none, from 64 orderly, from 1024 error
 * @param reason in a line
 * @param callback the callback it was in, or empty
 * @param stack text of the stack, bounded, or empty
 * @param uptimeNs how long it ran
 */
public record ExitRecord(
        String instance, String bundle, int kind, String reason, String callback, String stack, long uptimeNs) {
    public static final int BY_OPERATOR = 64;
    public static final int BUNDLE_STOPPED = 65;
    public static final int MACHINE_CLOSED = 66;
    public static final int EXCEPTION = 1024;
    public static final int ILLEGAL_ANSWERS = 1025;
    public static final int STALL = 1026;

    public boolean orderly() {
        return kind < EXCEPTION;
    }
}
