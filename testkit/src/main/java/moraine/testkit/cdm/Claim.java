package moraine.testkit.cdm;

/** What a placement policy says it does with a device's node; scenarios that need a claim run where it is made. */
public enum Claim {
    /** Applications bind pages to it. */
    BIND,
    /** It is in no memory policy: other nodes of one are used, and one that names nothing else is refused. */
    BIND_REFUSED,
    /** Applications move pages to it and away. */
    MOVE,
    /** Applications move no page to it. */
    MOVE_REFUSED,
    /** A page that is to be pinned for long leaves it first. */
    LONG_PIN_LEAVES,
    /** A long pin fails, and the page stays. */
    LONG_PIN_REFUSED
}
