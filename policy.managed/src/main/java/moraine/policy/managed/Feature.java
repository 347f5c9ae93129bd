package moraine.policy.managed;

import java.util.Set;
import moraine.core.api.model.Attribute;

/** A service of the memory manager that a managed node opts into (Linux, private memory nodes: NODE_MEMORY_FEAT_*). */
@SuppressWarnings("ImmutableEnumChecker") // sets made by Set.of
enum Feature {
    /** Reclaim ages its pages and takes them. */
    RECLAIM("reclaim", Attribute.RECLAIMABLE, Attribute.ON_LRU),
    /** Pages are demoted to it. */
    DEMOTION("demotion", Attribute.DEMOTION_TARGET),
    /** Applications bind to it and move pages to and from it. */
    USER_NUMA("user_numa", Attribute.USER_BINDABLE, Attribute.USER_MIGRATABLE),
    /** Hint faults tell which of its pages CPUs use; they are promoted, from it and to it. */
    NUMA_BALANCING("numa_balancing", Attribute.HINT_FAULTABLE),
    /** Long-term pins hold its pages where they are; without it they fail, and the page stays. */
    LONGTERM_PIN("ltpin");

    private final String text;
    private final Set<Attribute> attributes;

    Feature(String text, Attribute... attributes) {
        this.text = text;
        this.attributes = Set.of(attributes);
    }

    /** {@return its name in parameters} */
    String text() {
        return text;
    }

    Set<Attribute> attributes() {
        return attributes;
    }
}
