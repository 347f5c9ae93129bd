package moraine.launcher.cli;

import moraine.core.api.model.Blame;

/** What a command tells its caller. */
final class ExitStatus {
    static final int DONE = 0;
    /** The command ran and a check of its result, or of Moraine itself, failed. */
    static final int CHECK_FAILED = 1;
    /** The command line or a file that it names is wrong. */
    static final int BAD_INPUT = 2;
    /** The machine, the JDK or the installation does not let the command run. */
    static final int ENVIRONMENT = 3;

    private ExitStatus() {}

    static int of(Blame blame) {
        return switch (blame) {
            case CALLER -> BAD_INPUT;
            case INTERNAL -> CHECK_FAILED;
            case PLUGIN, RESOURCES -> ENVIRONMENT;
        };
    }
}
