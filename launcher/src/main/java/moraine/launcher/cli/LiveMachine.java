package moraine.launcher.cli;

import moraine.core.api.host.Machine;
import org.jspecify.annotations.Nullable;

/**
 * The machine that verbs look at: put here by the verb that made it, kept while the shell lives, closed when another
 * takes its place and at the end. A shell may run a workload in the background, so any thread may call.
 */
final class LiveMachine implements AutoCloseable {
    private @Nullable Machine machine;
    private @Nullable AutoCloseable owner;
    private Choices choices = Choices.NONE;

    /**
     * What a machine was made with.
     *
     * @param profile name or file
     * @param policy instance name
     * @param deviceMemory size or share, or empty for the profile's
     */
    record Choices(String profile, String policy, String deviceMemory) {
        static final Choices NONE = new Choices("", "", "");
    }

    /** Puts a machine here; closing its owner closes it. */
    synchronized void replace(Machine made, AutoCloseable itsOwner, Choices with) {
        close();
        machine = made;
        owner = itsOwner;
        choices = with;
    }

    synchronized @Nullable Machine machine() {
        return machine;
    }

    synchronized Choices choices() {
        return choices;
    }

    @Override
    public synchronized void close() {
        AutoCloseable closing = owner;
        machine = null;
        owner = null;
        choices = Choices.NONE;
        if (closing != null) {
            try {
                closing.close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
