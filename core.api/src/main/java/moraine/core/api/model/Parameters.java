package moraine.core.api.model;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Named settings of a plug-in instance, as text. Instances are named {@code family(key=value,...)}.
 *
 * @param values by name, in the order of the names
 */
public record Parameters(Map<String, String> values) {
    public static final Parameters NONE = new Parameters(Map.of());

    public Parameters {
        values = java.util.Collections.unmodifiableMap(new TreeMap<>(values));
    }

    public String text(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    public boolean flag(String name, boolean otherwise) {
        String value = values.get(name);
        return switch (value) {
            case null -> otherwise;
            case "true" -> true;
            case "false" -> false;
            default -> throw bad(name, value, "true or false");
        };
    }

    public long number(String name, long otherwise) {
        String value = values.get(name);
        if (value == null) {
            return otherwise;
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException _) {
            throw bad(name, value, "a whole number");
        }
    }

    /** Refuses a name that is none of those that a plug-in takes. */
    public void requireKnown(String owner, List<Parameter> known) {
        List<String> names = known.stream().map(Parameter::name).sorted().toList();
        for (String name : values.keySet()) {
            if (!names.contains(name)) {
                String only = names.isEmpty() ? "; it takes none" : ", only " + String.join(", ", names);
                String near = Nearest.of(name, names)
                        .map(meant -> "; did you mean " + meant + "?")
                        .orElse("");
                throw MoraineException.caller(Errno.EINVAL, owner + " has no parameter " + name + only + near);
            }
        }
    }

    /** {@return these settings with one more} */
    public Parameters with(String name, String value) {
        var copy = new TreeMap<>(values);
        copy.put(name, value);
        return new Parameters(copy);
    }

    private static MoraineException bad(String name, String value, String wanted) {
        return MoraineException.caller(Errno.EINVAL, "parameter " + name + "=" + value + " is not " + wanted);
    }

    /** {@return {@code (a=1,b=2)}, or nothing when there are none} */
    @Override
    public String toString() {
        return values.isEmpty()
                ? ""
                : values.entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .collect(Collectors.joining(",", "(", ")"));
    }
}
