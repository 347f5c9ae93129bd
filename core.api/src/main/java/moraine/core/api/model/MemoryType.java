package moraine.core.api.model;

import java.util.EnumSet;
import java.util.Set;

/**
 * The kind of memory that backs a page: a set of independent attributes, never an enum of products. A frame carries the
 * index of its type; every filter that asks "may I?" looks here and never at a VMA.
 *
 * @param name unique within a machine, for people
 * @param attributes what holds for the memory
 * @param pinShort what a short pin does
 * @param pinLong what a long-term pin does
 */
public record MemoryType(String name, Set<Attribute> attributes, PinRule pinShort, PinRule pinLong) {
    /** System RAM under every policy. */
    public static final MemoryType SYSTEM = new MemoryType(
            "system-ram",
            EnumSet.complementOf(EnumSet.of(Attribute.HOT_REMOVABLE, Attribute.DEMOTION_TARGET)),
            PinRule.ALLOW,
            PinRule.ALLOW);

    public MemoryType {
        attributes = Set.copyOf(attributes);
        if (name.isBlank()) {
            throw new MoraineException(Errno.EINVAL, Blame.PLUGIN, "memory type without a name; give it one");
        }
        if (attributes.contains(Attribute.USER_BINDABLE) && !attributes.contains(Attribute.CPU_ADDRESSABLE)) {
            throw new MoraineException(
                    Errno.EINVAL,
                    Blame.PLUGIN,
                    "memory type " + name + " is USER_BINDABLE but not CPU_ADDRESSABLE; a CPU fault could not be served"
                            + " from it: drop one of the two");
        }
    }

    /** {@return whether the attribute holds} */
    public boolean has(Attribute attribute) {
        return attributes.contains(attribute);
    }

    /** {@return whether page-table entries to it are present, so that a CPU touch does not fault} */
    public boolean cpuAddressable() {
        return attributes.contains(Attribute.CPU_ADDRESSABLE);
    }
}
