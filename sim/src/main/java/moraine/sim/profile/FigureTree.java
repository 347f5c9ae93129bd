package moraine.sim.profile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a profile that is read but not checked yet, by name. A name is the path to it with dots, entries of
 * lists by their number, such as {@code processors.1.fault}; without the number it names that figure of all entries.
 */
final class FigureTree {
    private static final Pattern WRITTEN = Pattern.compile("([0-9.eE+-]+) *([A-Za-z/]*)");
    private static final String VALUE = "value";
    private static final String UNIT = "unit";

    private final String file;
    private final Map<String, List<Map<Object, Object>>> byName = new LinkedHashMap<>();

    FigureTree(String file, @Nullable Object root) {
        this.file = file;
        collect("", "", root);
    }

    @SuppressWarnings("unchecked") // a map of YAML has objects for keys and values
    private void collect(String path, String unnumbered, @Nullable Object node) {
        if (node instanceof List<?> entries) {
            for (int i = 0; i < entries.size(); i++) {
                collect(path + "." + i, unnumbered, entries.get(i));
            }
        } else if (node instanceof Map<?, ?> fields && fields.containsKey(VALUE) && fields.containsKey(UNIT)) {
            var figure = (Map<Object, Object>) fields;
            byName.computeIfAbsent(path, _ -> new ArrayList<>()).add(figure);
            if (!unnumbered.equals(path)) {
                byName.computeIfAbsent(unnumbered, _ -> new ArrayList<>()).add(figure);
            }
        } else if (node instanceof Map<?, ?> fields) {
            fields.forEach((name, child) -> {
                String dot = path.isEmpty() ? "" : ".";
                collect(path + dot + name, unnumbered + dot + name, child);
            });
        }
    }

    /** {@return all names} */
    List<String> names() {
        return byName.keySet().stream().sorted().toList();
    }

    /**
     * Replaces a figure, or that figure of all entries.
     *
     * @param value a number, with a unit unless it is that of the file
     */
    void replace(String name, String value) {
        List<Map<Object, Object>> figures = byName.get(name);
        if (figures == null) {
            throw bad("there is no figure " + name + "; one is called " + names().getFirst());
        }
        Matcher written = WRITTEN.matcher(value.strip());
        if (!written.matches()) {
            throw bad("figure " + name + "=" + value + " is no number with a unit; write such as 32us");
        }
        double number = number(name, value, written.group(1));
        for (Map<Object, Object> figure : figures) {
            figure.put(VALUE, number);
            if (!written.group(2).isEmpty()) {
                figure.put(UNIT, written.group(2));
            }
            figure.put("source", "set for this run");
            figure.put("confidence", "C");
        }
    }

    private double number(String name, String value, String digits) {
        try {
            return Double.parseDouble(digits);
        } catch (NumberFormatException _) {
            throw bad("figure " + name + "=" + value + " is no number with a unit; write such as 32us");
        }
    }

    private MoraineException bad(String message) {
        return MoraineException.caller(Errno.EINVAL, file + ": " + message);
    }
}
