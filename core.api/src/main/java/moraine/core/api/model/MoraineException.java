package moraine.core.api.model;

/**
 * The one exception that Moraine throws: an outcome, whose doing it is, and a line with what, where, both values,
 * remedy.
 */
public final class MoraineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Errno errno;
    private final Blame blame;

    public MoraineException(Errno errno, Blame blame, String message) {
        super(message);
        this.errno = errno;
        this.blame = blame;
    }

    public MoraineException(Errno errno, Blame blame, String message, Throwable cause) {
        super(message, cause);
        this.errno = errno;
        this.blame = blame;
    }

    /** {@return the caller's mistake as an exception} */
    public static MoraineException caller(Errno errno, String message) {
        return new MoraineException(errno, Blame.CALLER, message);
    }

    public Errno errno() {
        return errno;
    }

    public Blame blame() {
        return blame;
    }
}
