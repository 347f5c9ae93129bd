package moraine.launcher.boot;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** Standard output that remembers why it could not be written; a {@link PrintStream} keeps that to itself. */
final class Outlet extends FilterOutputStream {
    private static final int BUFFER = 1 << 13;
    /** What the system says when the reader of a pipe has had enough. */
    private static final String READER_GONE = "Broken pipe";

    private volatile @Nullable IOException failure;

    Outlet(OutputStream out) {
        super(out);
    }

    /** Puts one in the place of {@code System.out}. */
    static Outlet install() {
        var outlet = new Outlet(new FileOutputStream(FileDescriptor.out));
        var buffered = new BufferedOutputStream(outlet, BUFFER);
        System.setOut(new PrintStream(buffered, /* autoFlush= */ true, System.out.charset()));
        return outlet;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            if (failure == null) {
                failure = e;
            }
            throw e;
        }
    }

    /**
     * {@return the status to end with: the command's, or, where output was lost, what that makes of it} It says why on
     * {@code err}, unless a reader of a pipe had enough, such as {@code head}.
     */
    int status(int status, PrintStream err) {
        IOException lost = failure;
        if (lost == null) {
            return status;
        }
        if (!READER_GONE.equals(lost.getMessage())) {
            err.println("moraine: standard output cannot be written (" + lost.getMessage()
                    + "), so the result is lost; give it room, or another place");
        }
        return Math.max(status, ExitStatus.ENVIRONMENT);
    }
}
