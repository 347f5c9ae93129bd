package moraine.sim.compare;

import java.util.Locale;
import java.util.Map;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;

/** Sizes as people write them: {@code 64MiB}, or {@code 50%} of something. */
final class Sizes {
    private static final Map<String, Long> UNITS = Map.of(
            "",
            1L,
            "b",
            1L,
            "kib",
            1L << 10,
            "mib",
            1L << 20,
            "gib",
            1L << 30,
            "kb",
            1_000L,
            "mb",
            1_000_000L,
            "gb",
            1_000_000_000L);

    private Sizes() {}

    /** {@return the bytes that the text says, of a whole where it is a percentage} */
    static long bytes(String text, long whole) {
        String written = text.strip().toLowerCase(Locale.ROOT);
        int digits = 0;
        while (digits < written.length() && "0123456789.".indexOf(written.charAt(digits)) >= 0) {
            digits++;
        }
        String unit = written.substring(digits).strip();
        double number = number(text, written.substring(0, digits));
        if (unit.equals("%")) {
            return (long) (whole * number / 100);
        }
        Long factor = UNITS.get(unit);
        if (factor == null) {
            throw bad(text);
        }
        return (long) (number * factor);
    }

    private static double number(String text, String digits) {
        try {
            double number = Double.parseDouble(digits);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw bad(text);
    }

    private static MoraineException bad(String text) {
        return MoraineException.caller(
                Errno.EINVAL, "device memory \"" + text + "\" is no size; write 50% of the footprint, or 64MiB");
    }

    /** {@return a size for people, in the largest binary unit that it fills} */
    static String text(long bytes) {
        String[] units = {"bytes", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        double value = bytes;
        for (; value >= 1024 && unit < units.length - 1; unit++) {
            value /= 1024;
        }
        String number = unit == 0 ? Long.toString(bytes) : String.format(Locale.ROOT, "%.1f", value);
        return (number.endsWith(".0") ? number.substring(0, number.length() - 2) : number) + " " + units[unit];
    }
}
