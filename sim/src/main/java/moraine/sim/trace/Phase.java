package moraine.sim.trace;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;

/**
 * A part of a trace that one actor plays.
 *
 * @param actor {@link #CPU} or the name of a device
 * @param from percent of the references at which it begins
 * @param until percent at which it ends
 */
public record Phase(String actor, double from, double until) {
    public static final String CPU = "cpu";

    private static final String FORM = "write NAME:FROM-UNTIL in percent, such as cpu:0-40,gpu0:40-70,cpu:70-100";

    /**
     * Reads phases such as {@code cpu:0-40,gpu0:40-70,cpu:70-100}.
     *
     * @param devices names of the devices there are
     * @throws MoraineException EINVAL when phases overlap, leave a gap, or name an actor that there is not
     */
    public static List<Phase> parse(String text, Collection<String> devices) {
        var phases = new ArrayList<Phase>();
        double reached = 0;
        for (String part : text.split(",", -1)) {
            Phase phase = one(part.strip(), devices);
            if (phase.from != reached) {
                throw bad(phase + (phase.from < reached ? " overlaps the one before, which ends" : " leaves a gap")
                        + " at " + percent(reached) + "; begin there");
            }
            reached = phase.until;
            phases.add(phase);
        }
        if (reached != 100) {
            throw bad("phases end at " + percent(reached) + "; let the last one end at 100");
        }
        return phases;
    }

    private static Phase one(String part, Collection<String> devices) {
        int colon = part.indexOf(':');
        int dash = part.indexOf('-', colon + 1);
        if (colon <= 0 || dash < 0) {
            throw bad("phase \"" + part + "\" cannot be read; " + FORM);
        }
        var phase = new Phase(
                part.substring(0, colon), number(part, colon + 1, dash), number(part, dash + 1, part.length()));
        if (!phase.actor.equals(CPU) && !devices.contains(phase.actor)) {
            throw bad("phase " + part + " names " + phase.actor + ", which is no actor here; there is cpu"
                    + (devices.isEmpty() ? " alone" : " and " + String.join(", ", devices)));
        }
        if (phase.from >= phase.until || phase.until > 100) {
            throw bad("phase " + part + " is empty or ends beyond 100; " + FORM);
        }
        return phase;
    }

    private static double number(String part, int from, int until) {
        try {
            double value = Double.parseDouble(part.substring(from, until));
            if (value >= 0 && value <= 100) {
                return value;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw bad("phase \"" + part + "\" has \"" + part.substring(from, until) + "\" for a percentage; " + FORM);
    }

    private static MoraineException bad(String message) {
        return MoraineException.caller(Errno.EINVAL, message);
    }

    /** {@return the first reference of the phase} */
    public long first(long references) {
        return Math.round(references * from / 100);
    }

    /** {@return the first reference after the phase} */
    public long end(long references) {
        return Math.round(references * until / 100);
    }

    private static String percent(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    @Override
    public String toString() {
        return actor + ":" + percent(from) + "-" + percent(until);
    }
}
