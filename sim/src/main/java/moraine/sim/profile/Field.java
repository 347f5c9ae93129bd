package moraine.sim.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import org.jspecify.annotations.Nullable;

/** A value of a profile file with the path that leads to it, so that what is wrong with it can be said in a line. */
record Field(String file, String path, @Nullable Object value) {
    Field child(String name) {
        Object found = map().get(name);
        if (found == null) {
            throw error("has no " + name + "; add it");
        }
        return at(name, found);
    }

    @Nullable
    Field optional(String name) {
        Object found = map().get(name);
        return found == null ? null : at(name, found);
    }

    private Field at(String name, Object found) {
        return new Field(file, path.isEmpty() ? name : path + "." + name, found);
    }

    /** Refuses names other than these. */
    void only(String... names) {
        var unknown = new TreeSet<String>();
        map().keySet().forEach(k -> unknown.add(String.valueOf(k)));
        Set.of(names).forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            throw error("has " + unknown.first() + ", which is none of " + String.join(", ", names));
        }
    }

    List<Field> list() {
        if (!(value instanceof List<?> items)) {
            throw error("is " + value + ", not a list; write one entry a line, each after a dash");
        }
        var fields = new ArrayList<Field>();
        for (Object item : items) {
            fields.add(new Field(file, path + "[" + fields.size() + "]", item));
        }
        return fields;
    }

    /** {@return a number, or each number of a list} */
    List<Integer> integers() {
        return value instanceof List<?> ? list().stream().map(Field::integer).toList() : List.of(integer());
    }

    Map<?, ?> map() {
        if (!(value instanceof Map<?, ?> entries)) {
            throw error("is " + value + ", not a set of named fields");
        }
        return entries;
    }

    String text() {
        if (!(value instanceof String text) || text.isBlank()) {
            throw error("is " + value + ", not text");
        }
        return text;
    }

    int integer() {
        if (!(value instanceof Integer number)) {
            throw error("is " + value + ", not a whole number");
        }
        return number;
    }

    double number() {
        if (!(value instanceof Number number)) {
            throw error("is " + value + ", not a number");
        }
        return number.doubleValue();
    }

    MoraineException error(String what) {
        String where = path.isEmpty() ? "the profile" : path;
        return MoraineException.caller(Errno.EINVAL, file + ": " + where + " " + what);
    }
}
