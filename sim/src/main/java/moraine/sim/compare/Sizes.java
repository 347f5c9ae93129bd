package moraine.sim.compare;

import java.util.Locale;
import java.util.Map;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;

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
            "tib",
            1L << 40,
            "kb",
            1_000L,
            "mb",
            1_000_000L,
            "gb",
            1_000_000_000L,
            "tb",
            1_000_000_000_000L);
    /** Pages that a node's memory may have at most, in the core. */
    private static final long MOST_PAGES = (1L << 30) - 1;

    /** What a size is of. */
    enum Kind {
        DEVICE("device memory", "a device", "a node"),
        MEMORY("memory", "a machine", "a node"),
        SWAP("swap", "it", "swap");

        private final String name;
        private final String owner;
        private final String limited;

        Kind(String name, String owner, String limited) {
            this.name = name;
            this.owner = owner;
            this.limited = limited;
        }
    }

    private static final String FORM = "; write 50% of the footprint, or 64MiB";

    private Sizes() {}

    /** {@return whether the text says a share of a whole, not a size} */
    static boolean share(String text) {
        return text.strip().endsWith("%");
    }

    /** {@return the bytes that the text says, of a whole where it is a percentage; 0 for less than one} */
    static long bytes(Kind kind, String text, long whole) {
        String written = text.strip().toLowerCase(Locale.ROOT);
        int digits = 0;
        while (digits < written.length() && "0123456789.".indexOf(written.charAt(digits)) >= 0) {
            digits++;
        }
        String unit = written.substring(digits).strip();
        double number = number(kind, text, written.substring(0, digits));
        if (unit.equals("%")) {
            return limited(kind, text, whole * number / 100);
        }
        Long factor = UNITS.get(unit);
        if (factor == null) {
            throw bad(kind, text, "no size");
        }
        if (unit.isEmpty() && number % Pages.SIZE != 0) {
            throw noUnit(kind, text, text.strip());
        }
        long bytes = limited(kind, text, number * factor);
        if (kind == Kind.SWAP && bytes < Pages.SIZE) {
            throw bad(kind, text, bytes + " bytes, but it needs at least a page of " + Pages.SIZE);
        }
        return bytes;
    }

    private static long limited(Kind kind, String text, double bytes) {
        if (bytes > (double) MOST_PAGES * Pages.SIZE) {
            throw bad(
                    kind,
                    text,
                    "above the limit of " + kind.limited + ", " + MOST_PAGES + " pages (4 TiB less one page)");
        }
        return (long) bytes;
    }

    private static double number(Kind kind, String text, String digits) {
        try {
            double number = Double.parseDouble(digits);
            if (number == 0) {
                throw bad(kind, text, "zero, but " + kind.owner + " needs at least a page of " + Pages.SIZE + " bytes");
            }
            return number;
        } catch (NumberFormatException _) {
            throw bad(kind, text, "no size");
        }
    }

    /** Bytes alone are taken where they are whole pages; another number most likely lacks its percent sign. */
    private static MoraineException noUnit(Kind kind, String text, String number) {
        return MoraineException.caller(
                Errno.EINVAL,
                kind.name + " \"" + text + "\" has no unit, and as bytes it is no whole number of pages of "
                        + Pages.SIZE + "; write " + number + "% of the footprint, or " + number + "MiB");
    }

    private static MoraineException bad(Kind kind, String text, String what) {
        return MoraineException.caller(Errno.EINVAL, kind.name + " \"" + text + "\" is " + what + FORM);
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
