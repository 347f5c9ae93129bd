package moraine.driver.gpu;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Quantity;

/** Sizes as people write them: a whole number of bytes, or one with KiB, MiB, GiB or TiB behind it. */
final class ByteSize {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18}) ?(KiB|MiB|GiB|TiB)?");

    private ByteSize() {}

    /** {@return the bytes that the text of a parameter names} */
    static long parse(String parameter, String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw bad(parameter, text, "a size such as 67108864, 64MiB or 4GiB");
        }
        long count = Long.parseLong(form.group(1));
        String unit = form.group(2);
        int shift = unit == null ? 0 : shift(unit);
        if (count > Long.MAX_VALUE >> shift) {
            throw bad(parameter, text, "below 8388608TiB");
        }
        return count << shift;
    }

    /** {@return the bytes that a figure of a profile stands for} */
    static long of(Quantity figure) {
        return (long) (figure.value() * (1L << (figure.unit().equals("bytes") ? 0 : shift(figure.unit()))));
    }

    private static int shift(String unit) {
        return switch (unit) {
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            case "TiB" -> 40;
            default ->
                throw MoraineException.caller(
                        Errno.EINVAL, "unit " + unit + " is not one of bytes, KiB, MiB, GiB, TiB; write one of them");
        };
    }

    private static MoraineException bad(String parameter, String text, String wanted) {
        return MoraineException.caller(Errno.EINVAL, "parameter " + parameter + "=" + text + " is not " + wanted);
    }
}
