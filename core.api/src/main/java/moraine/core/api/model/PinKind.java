package moraine.core.api.model;

/** How long a pin is meant to be held; a memory type has a {@link PinRule} for each. */
public enum PinKind {
    /** For one transfer. */
    SHORT,
    /** For good, as by a registered buffer: the page must not be where it would be in somebody's way. */
    LONG
}
