package moraine.core.impl.vma;

/** Whether a mapping is made of 2 MiB pages. */
public enum LargePages {
    /** As the plan in force says. */
    PLAN,
    /** Where they fit, as somebody advised. */
    ALWAYS,
    /** Never, as somebody advised; what there is stays. */
    NEVER,
    /** Of nothing else: no page of it is ever split. */
    ONLY
}
