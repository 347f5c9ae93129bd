package moraine.core.api.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    /**
     * {@return a whole number within bounds}
     *
     * @param unit for what is said of another
     */
    public long within(String name, long usual, long least, long most, String unit) {
        long value = number(name, usual);
        if (value < least || value > most) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "parameter " + name + "=" + value + " " + unit + " is not within " + least + " to " + most + "; "
                            + usual + " is usual");
        }
        return value;
    }

    /** {@return one of the constants of an enum, named in lower case; the usual one when none is} */
    public <E extends Enum<E>> E choice(String name, E usual) {
        String value = text(name, usual.name().toLowerCase(Locale.ROOT));
        E[] all = usual.getDeclaringClass().getEnumConstants();
        List<String> names =
                Stream.of(all).map(one -> one.name().toLowerCase(Locale.ROOT)).toList();
        if (!names.contains(value)) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "parameter " + name + "=" + value + " is not offered; choose "
                            + String.join(", ", names.subList(0, names.size() - 1)) + " or " + names.getLast());
        }
        return all[names.indexOf(value)];
    }

    /** Refuses a name that is none of those that somebody has. */
    public void requireKnown(String owner, String... names) {
        var unknown = new TreeSet<>(values.keySet());
        Arrays.asList(names).forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    owner + " has no parameter " + unknown.first() + ", only "
                            + Stream.of(names).sorted().collect(Collectors.joining(", ")));
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
