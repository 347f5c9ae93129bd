package moraine.sim.trace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;

/**
 * Decodes what Valgrind's lackey prints with {@code --trace-mem=yes}: lines {@code " L addr,size"} (load), {@code " S
 * addr,size"} (store), {@code " M addr,size"} (modify), {@code "I addr,size"} (instruction fetch), the address in
 * hexadecimal; lines that begin with {@code ==} are banners.
 */
final class LackeyReader {
    private static final int END = -1;
    private static final int LONGEST_SHOWN = 60;

    private final String file;
    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private final Trace.Builder trace = new Trace.Builder();
    /** Start of the present line as read so far, for messages. */
    private final byte[] shown = new byte[LONGEST_SHOWN];

    private int position;
    private int limit;
    private int column;
    private long line;

    LackeyReader(String file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    Trace read() throws IOException {
        for (int c = startLine(); c != END; c = startLine()) {
            switch (c) {
                case 'I' -> {
                    trace.instruction();
                    skipLine();
                }
                case ' ' -> data();
                case '=' -> banner();
                case '\n' -> {
                    // an empty line separates nothing
                }
                default -> throw broken();
            }
        }
        if (trace.references() == 0) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    file + ": no trace, not one data reference in " + line + " lines; record one with valgrind"
                            + " --tool=lackey --trace-mem=yes");
        }
        return trace.build(file);
    }

    private void data() throws IOException {
        int kind = next();
        if ((kind != 'L' && kind != 'S' && kind != 'M') || next() != ' ') {
            throw broken();
        }
        long address = hexUntilComma();
        int bytes = decimalUntilEnd();
        if (bytes == 0 || bytes > Trace.MAX_BYTES || address > Pages.ADDRESS_LIMIT - bytes) {
            throw broken();
        }
        trace.reference(address, bytes, kind != 'L');
    }

    private long hexUntilComma() throws IOException {
        long value = 0;
        int digits = 0;
        for (int c = next(); c != ','; c = next()) {
            int digit = Character.digit(c, 16);
            if (digit < 0 || ++digits > 16) {
                throw broken();
            }
            value = value << 4 | digit;
        }
        if (digits == 0 || value < 0) {
            throw broken();
        }
        return value;
    }

    private int decimalUntilEnd() throws IOException {
        int value = 0;
        int c = next();
        for (; c >= '0' && c <= '9' && value <= Trace.MAX_BYTES; c = next()) {
            value = value * 10 + c - '0';
        }
        if (c == '\r') {
            c = next();
        }
        if (c != '\n' && c != END) {
            throw broken();
        }
        return value;
    }

    private void banner() throws IOException {
        if (next() != '=') {
            throw broken();
        }
        skipLine();
    }

    private void skipLine() throws IOException {
        while (true) {
            for (int i = position; i < limit; i++) {
                if (buffer[i] == '\n') {
                    position = i + 1;
                    return;
                }
            }
            if (!fill()) {
                return;
            }
        }
    }

    private int startLine() throws IOException {
        column = 0;
        int c = next();
        if (c != END) {
            line++;
        }
        return c;
    }

    private int next() throws IOException {
        if (position == limit && !fill()) {
            return END;
        }
        byte c = buffer[position++];
        if (column < LONGEST_SHOWN) {
            shown[column++] = c;
        }
        return c;
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, in.read(buffer));
        return limit > 0;
    }

    private MoraineException broken() throws IOException {
        while (column < LONGEST_SHOWN && column > 0 && shown[column - 1] != '\n' && next() != END) {
            // the rest of the line, to be shown
        }
        String text = new String(shown, 0, column, StandardCharsets.ISO_8859_1)
                .lines()
                .findFirst()
                .orElse("")
                .chars()
                .map(c -> c < ' ' || c > '~' ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return MoraineException.caller(
                Errno.EINVAL,
                file + ":" + line + ": \"" + text + "\" is no line of a lackey trace; one reads \" L 1fff000768,8\"");
    }
}
