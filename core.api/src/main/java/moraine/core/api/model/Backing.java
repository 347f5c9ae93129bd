package moraine.core.api.model;

/** What stands behind frames. */
public enum Backing {
    /** Real bytes. */
    BYTES,
    /** Records only; each frame carries a 64-bit content stamp so that loss is still detected. */
    STAMPS
}
