package moraine.core.api.model;

/** What a mapping allows, as in {@code mmap}'s prot argument. */
public enum Protection {
    NONE,
    READ,
    READ_WRITE;

    /** {@return whether an access with this intent is allowed} */
    public boolean allows(Intent intent) {
        return intent.writes() ? this == READ_WRITE : this != NONE;
    }
}
