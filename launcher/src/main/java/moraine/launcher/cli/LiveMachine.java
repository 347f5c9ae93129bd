package moraine.launcher.cli;

import java.util.List;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameters;
import org.jspecify.annotations.Nullable;

/**
 * The machine that verbs look at: put here by the verb that made it, kept while the shell lives, closed when another
 * takes its place and at the end. A shell may run a workload in the background, so any thread may call.
 */
final class LiveMachine implements AutoCloseable {
    private @Nullable Machine machine;
    private @Nullable AutoCloseable owner;
    private Choices choices = Choices.NONE;
    private @Nullable Choices usual;
    private @Nullable Arrival arrival;
    private int announcements;

    /** A live run under way; until its machine is here, verbs that look for one wait. */
    final class Arrival implements AutoCloseable {
        private boolean awaited = true;

        /** Puts the run's machine here. */
        void arrived(Machine made, AutoCloseable itsOwner, Choices with) {
            synchronized (LiveMachine.this) {
                replace(made, itsOwner, with);
                awaited = false;
                LiveMachine.this.notifyAll();
            }
        }

        /** The run is over, or came to nothing. */
        @Override
        public void close() {
            synchronized (LiveMachine.this) {
                arrival = null;
                LiveMachine.this.notifyAll();
            }
        }
    }

    /** Announces the machine of a live run; refuses a second run beside it, which would take the machine from it. */
    synchronized Arrival announce() {
        if (arrival != null) {
            throw Texts.bad("a run --live is under way on the shell's machine; wait until it has ended");
        }
        announcements++;
        arrival = new Arrival();
        return arrival;
    }

    /** {@return how many runs were announced} */
    synchronized int announcements() {
        return announcements;
    }

    /**
     * What a machine was made with.
     *
     * @param profile name or file
     * @param policy instance name
     * @param deviceMemory size or share, or empty for the profile's
     * @param tuning values of tunables that were asked for
     * @param daemons instance names of those that work beside it
     * @param memory size or share
     * @param swap as it was asked for, or empty for none
     */
    record Choices(
            String profile,
            String policy,
            String deviceMemory,
            Parameters tuning,
            List<String> daemons,
            String memory,
            String swap) {
        static final Choices NONE = new Choices("", "", "", Parameters.NONE, List.of(), "", "");
    }

    /** Puts a machine here; closing its owner closes it. */
    synchronized void replace(Machine made, AutoCloseable itsOwner, Choices with) {
        close();
        machine = made;
        owner = itsOwner;
        choices = with;
    }

    /** {@return the machine; one that was announced is waited for} */
    synchronized @Nullable Machine machine() {
        try {
            while (arrival != null && arrival.awaited) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MoraineException(Errno.EAGAIN, Blame.CALLER, "interrupted while a run makes its machine", e);
        }
        return machine;
    }

    synchronized Choices choices() {
        return choices;
    }

    /** Says what machines of this shell are made with where a verb does not say otherwise. */
    synchronized void usual(Choices asked) {
        usual = asked;
    }

    /** {@return what the shell was started with, or null} */
    synchronized @Nullable Choices usual() {
        return usual;
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
