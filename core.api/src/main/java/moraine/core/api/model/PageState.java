package moraine.core.api.model;

/** The kind of a page-table entry. */
public enum PageState {
    NONE,
    /** The shared zero page, read-only. */
    ZERO,
    PRESENT,
    /** Present but marked: so that the next touch tells who touches, or because the mapping allows none. */
    HINT,
    /** In memory that the CPU cannot address. */
    DEVICE_PRIVATE,
    /** In RAM, reserved for a device until a CPU touches it. */
    EXCLUSIVE,
    /** On its way between frames. */
    MIGRATING,
    SWAPPED,
    /** Lost; every touch is a bus error. */
    POISONED,
    /** To be filled by an external handler. */
    USERFAULT
}
