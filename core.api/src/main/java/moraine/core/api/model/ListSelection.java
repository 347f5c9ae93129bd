package moraine.core.api.model;

/** Whose zonelist a request walks. */
public enum ListSelection {
    /** The initiator's, whatever the mask says. */
    LOCAL,
    /** The initiator's when it is in the request's explicit mask, else that of the mask's first node. */
    FIRST_OF_MASK
}
