package moraine.testkit.cdm;

/** Another form in which a placement policy may be had: what it then says of devices and RAM that have no room. */
public enum Form {
    /** A touch of a range that is bound to a full device fails. */
    FULL_FAILS,
    /** Older pages of a full device go to RAM, and the touch gets the room. */
    FULL_RECLAIMS,
    /** The same; where nothing can go, the space that touches is ended. */
    FULL_ENDS,
    /** What a device has no room for does not go to RAM, nor the other way. */
    SPILLS_NOWHERE,
    /** What a device has no room for goes to RAM. */
    SPILLS_OUT,
    /** What RAM has no room for goes to devices, whoever asks. */
    SPILLS_IN,
    /** Either way. */
    SPILLS_BOTH_WAYS
}
