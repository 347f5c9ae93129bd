package moraine.core.api.model;

/** Whose doing an error is; it tells the caller what to do about it. */
public enum Blame {
    /** The caller broke a rule: mend the call. */
    CALLER,
    /** A plug-in misbehaved: the host has acted, retrying is safe. */
    PLUGIN,
    /** Something ran out: free some, or configure more. */
    RESOURCES,
    /** A rule of Moraine's own was broken: report it. */
    INTERNAL
}
