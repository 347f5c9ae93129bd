package moraine.launcher.cli;

import java.util.Locale;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;

/** Figures and addresses as people write and read them. */
final class Texts {
    private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Texts() {}

    /** {@return {@code 1,234,567}} */
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** {@return {@code 1 page}, {@code 2 pages}} */
    static String pages(long count) {
        return count(count) + (count == 1 ? " page" : " pages");
    }

    /** {@return {@code 96 GiB}, {@code 1.5 MiB}} */
    static String bytes(double value) {
        int unit = 0;
        double scaled = value;
        while (scaled >= 1024 && unit < BINARY.length - 1) {
            scaled /= 1024;
            unit++;
        }
        return plain(scaled) + " " + BINARY[unit];
    }

    /** {@return {@code 850 ns}, {@code 1.2 ms}} */
    static String duration(long ns) {
        if (ns < 1_000) {
            return ns + " ns";
        }
        if (ns < 1_000_000) {
            return plain(ns / 1e3) + " us";
        }
        return ns < 1_000_000_000 ? plain(ns / 1e6) + " ms" : plain(ns / 1e9) + " s";
    }

    /** {@return at most one decimal, none where it is zero} */
    static String plain(double value) {
        String text = String.format(Locale.ROOT, "%,.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    static String address(long address) {
        return "0x" + Long.toHexString(address);
    }

    /** {@return the address that a person wrote, with or without {@code 0x}} */
    static long parseAddress(String text) {
        String digits = text.startsWith("0x") || text.startsWith("0X") ? text.substring(2) : text;
        try {
            return Long.parseLong(digits, 16);
        } catch (NumberFormatException _) {
            throw bad("address " + text + " is not a hexadecimal number; verb spaces lists the mapped ranges");
        }
    }

    /** {@return a mistake of whoever wrote the command line} */
    static MoraineException bad(String message) {
        return MoraineException.caller(Errno.EINVAL, message);
    }
}
