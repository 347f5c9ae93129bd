package moraine.testkit.cdm;

/**
 * What a placement policy says it does with a device's node; scenarios that need a claim run where it is made. Services
 * of daemons are demanded both ways: a node whose strategy does not claim one is left alone.
 */
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
    LONG_PIN_REFUSED,
    /** A long pin holds the page where it is, and the device with it. */
    LONG_PIN_HOLDS,
    /** Reclaim takes its pages when it runs low. Who does not claim it keeps them all. */
    RECLAIM,
    /** Pages that nobody uses go there from RAM that runs low. Who does not claim it gets none. */
    DEMOTION,
    /** Its pages go to RAM when CPUs use them, which faults tell. Who does not claim it sees neither. */
    PROMOTION,
    /** Pages that lie idle go to RAM when another tenant finds no room. Who does not claim it keeps them all. */
    YIELD
}
