package moraine.core.impl.host;

import java.util.Map;
import java.util.TreeMap;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameters;

/**
 * The name of a plug-in instance, {@code family} or {@code family(key=value,...)}.
 *
 * @param family name of the provider
 * @param parameters what follows in brackets
 */
public record InstanceName(String family, Parameters parameters) {
    /** Reads a name as people write it. */
    public static InstanceName parse(String text) {
        String trimmed = text.strip();
        int open = trimmed.indexOf('(');
        if (open < 0) {
            return new InstanceName(family(trimmed, text), Parameters.NONE);
        }
        if (!trimmed.endsWith(")")) {
            throw bad(text, "has '(' at " + open + " but does not end with ')'");
        }
        String inner = trimmed.substring(open + 1, trimmed.length() - 1);
        return new InstanceName(family(trimmed.substring(0, open).strip(), text), parameters(inner, text));
    }

    private static String family(String family, String text) {
        if (family.isEmpty()) {
            throw bad(text, "names no family");
        }
        for (int i = 0; i < family.length(); i++) {
            char c = family.charAt(i);
            if (!(Character.isLetterOrDigit(c) || c == '-' || c == '_' || c == '.' || c == '*')) {
                throw bad(text, "has '" + c + "' in its family; letters, digits, '-', '_' and '.' are allowed");
            }
        }
        return family;
    }

    private static Parameters parameters(String inner, String text) {
        Map<String, String> values = new TreeMap<>();
        if (inner.isBlank()) {
            return Parameters.NONE;
        }
        for (String part : inner.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals <= 0) {
                throw bad(text, "has '" + part.strip() + "' where key=value is expected");
            }
            String key = part.substring(0, equals).strip();
            String before = values.put(key, part.substring(equals + 1).strip());
            if (before != null) {
                throw bad(text, "gives " + key + " twice, first " + before);
            }
        }
        return new Parameters(values);
    }

    private static MoraineException bad(String text, String what) {
        return MoraineException.caller(
                Errno.EINVAL, "instance name '" + text + "' " + what + "; write family or family(key=value,...)");
    }

    @Override
    public String toString() {
        return family + parameters;
    }
}
