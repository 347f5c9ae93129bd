package moraine.launcher.boot;

/** A failure before or around the framework that ends the process with one line and {@link ExitStatus#ENVIRONMENT}. */
public final class BootException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BootException(String message) {
        super(message, null, false, false);
    }

    public BootException(String message, Throwable cause) {
        super(message + ": " + oneLine(cause), cause, false, false);
    }

    private static String oneLine(Throwable cause) {
        String text = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
