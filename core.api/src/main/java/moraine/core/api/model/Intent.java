package moraine.core.api.model;

/** What an access is about to do; it comes with the operation, never from the mapping. */
public enum Intent {
    READ,
    WRITE,
    /** Read-modify-write that no other processor may interleave with. */
    ATOMIC;

    /** {@return whether the page must be writable} */
    public boolean writes() {
        return this != READ;
    }
}
