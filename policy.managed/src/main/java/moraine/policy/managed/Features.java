package moraine.policy.managed;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.PinRule;

/**
 * The features that a node is registered with, checked once: a set that contradicts itself is refused, never adjusted.
 *
 * @param set without order
 */
record Features(Set<Feature> set) {
    static final String NONE = "none";

    /** Begins the names of the types of managed nodes. */
    private static final String TYPE_PREFIX = "managed:";

    /** What every node has whatever it opts into. */
    private static final Set<Attribute> ALWAYS = EnumSet.of(
            Attribute.CPU_ADDRESSABLE,
            Attribute.DEVICE_ADDRESSABLE,
            Attribute.COHERENT,
            Attribute.MOVABLE,
            Attribute.HOT_REMOVABLE);

    Features {
        set = Set.copyOf(set);
    }

    /** Reads names joined by {@code +}, or {@code none}. */
    static Features parse(String parameter, String text) {
        var found = EnumSet.noneOf(Feature.class);
        for (String name : text.equals(NONE) ? new String[0] : text.split("\\+", -1)) {
            found.add(find(parameter, name.strip()));
        }
        var features = new Features(found);
        features.needs(parameter, Feature.DEMOTION, Feature.RECLAIM, "it would only fill up");
        features.needs(parameter, Feature.NUMA_BALANCING, Feature.RECLAIM, "nothing would make room again");
        return features;
    }

    private static Feature find(String parameter, String name) {
        return Arrays.stream(Feature.values())
                .filter(feature -> feature.text().equals(name))
                .findFirst()
                .orElseThrow(() -> bad("parameter " + parameter + " names feature '" + name + "'; there are " + all()
                        + ", joined by +, or " + NONE));
    }

    /** {@return the names of all features} */
    static String all() {
        return Arrays.stream(Feature.values()).map(Feature::text).collect(Collectors.joining(", "));
    }

    private void needs(String parameter, Feature feature, Feature other, String why) {
        if (set.contains(feature) && !set.contains(other)) {
            throw bad("parameter " + parameter + "=" + this + " has " + feature.text() + " without " + other.text()
                    + ": " + why + "; add " + other.text());
        }
    }

    boolean has(Feature feature) {
        return set.contains(feature);
    }

    /** {@return the memory type of a node with these features; its name tells them} */
    MemoryType type() {
        var attributes = EnumSet.copyOf(ALWAYS);
        set.forEach(feature -> attributes.addAll(feature.attributes()));
        PinRule lasting = has(Feature.LONGTERM_PIN) ? PinRule.ALLOW : PinRule.DENY;
        return new MemoryType(TYPE_PREFIX + this, attributes, PinRule.ALLOW, lasting);
    }

    /** {@return whether a type is one of a managed node} */
    static boolean managed(MemoryType type) {
        return type.name().startsWith(TYPE_PREFIX);
    }

    private static MoraineException bad(String message) {
        return MoraineException.caller(Errno.EINVAL, message);
    }

    /** {@return the names in a fixed order, as {@link #parse} reads them} */
    @Override
    public String toString() {
        return set.isEmpty()
                ? NONE
                : Arrays.stream(Feature.values())
                        .filter(set::contains)
                        .map(Feature::text)
                        .collect(Collectors.joining("+"));
    }
}
