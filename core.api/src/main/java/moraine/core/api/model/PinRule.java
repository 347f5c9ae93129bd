package moraine.core.api.model;

/** What happens when somebody asks to pin a page of a memory type. */
public enum PinRule {
    ALLOW,
    DENY,
    MIGRATE_FIRST
}
