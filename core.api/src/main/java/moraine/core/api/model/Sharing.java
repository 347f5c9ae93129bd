package moraine.core.api.model;

/** Whether a write to a mapping is seen by other spaces: {@code MAP_PRIVATE} or {@code MAP_SHARED}. */
public enum Sharing {
    PRIVATE,
    SHARED
}
