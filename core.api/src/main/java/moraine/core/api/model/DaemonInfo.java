package moraine.core.api.model;

/**
 * A daemon that a machine's spec names, or could name. What it did is counted since it last began.
 *
 * @param name instance name
 * @param bundle symbolic name and version of the bundle that brought it, or empty while there is none
 * @param ticks how often it worked
 * @param scannedPages pages that its scans met
 * @param actedPages pages that it moved
 * @param spentNs time in its ticks
 * @param state whether it works
 * @param reason why it does not, in a line, or empty
 */
public record DaemonInfo(
        String name,
        String bundle,
        long ticks,
        long scannedPages,
        long actedPages,
        long spentNs,
        State state,
        String reason) {
    /** Whether a daemon works. */
    public enum State {
        /** A bundle offers it, and the spec does not name it. */
        OFFERED,
        /** Nobody offers it, until a bundle comes that does. */
        ABSENT,
        RUNNING,
        /** It does not want to work on this machine, or not with these parameters. */
        REFUSED,
        /** The guard threw it out; it begins again when a bundle that offers it comes. */
        EJECTED
    }

    /** A daemon that did nothing. */
    public static DaemonInfo idle(String name, String bundle, State state, String reason) {
        return new DaemonInfo(name, bundle, 0, 0, 0, 0, state, reason);
    }
}
