package moraine.launcher.boot;

/** What the process tells its caller; the same numbers come from the command line service. */
public final class ExitStatus {
    /** The command was carried out. */
    public static final int DONE = 0;

    /** The command ran and a check of its result failed. */
    public static final int CHECK_FAILED = 1;

    /** The command line or a file it names is wrong. */
    public static final int BAD_INPUT = 2;

    /** The machine, the JDK or the installation does not let the command run. */
    public static final int ENVIRONMENT = 3;

    private ExitStatus() {}
}
