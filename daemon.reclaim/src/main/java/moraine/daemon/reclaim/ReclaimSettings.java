package moraine.daemon.reclaim;

import java.util.List;
import java.util.TreeSet;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameters;

/**
 * The parameters of reclaim, checked.
 *
 * @param rank by which figure of its edges a node is faster than another
 * @param age rounds without a touch before a page is demoted
 * @param periodNs between two rounds over a node that is low
 */
record ReclaimSettings(Rank rank, int age, long periodNs) {
    private static final String ORDER = "order";
    private static final String AGE = "age";
    private static final String PERIOD = "periodUs";

    /** By what nodes are ranked. */
    enum Rank {
        LATENCY,
        BANDWIDTH
    }

    static ReclaimSettings of(Parameters given) {
        var unknown = new TreeSet<>(given.values().keySet());
        unknown.removeAll(List.of(ORDER, AGE, PERIOD));
        if (!unknown.isEmpty()) {
            throw bad("reclaim has no parameter " + unknown.first() + ", only " + AGE + ", " + ORDER + ", " + PERIOD);
        }
        return new ReclaimSettings(
                rank(given),
                (int) within(given, AGE, 1, 1, 255, "rounds"),
                1000 * within(given, PERIOD, 1000, 10, 1_000_000, "microseconds"));
    }

    private static Rank rank(Parameters given) {
        String value = given.text(ORDER, "latency");
        return switch (value) {
            case "latency" -> Rank.LATENCY;
            case "bandwidth" -> Rank.BANDWIDTH;
            default -> throw bad("parameter " + ORDER + "=" + value + " is not offered; choose latency or bandwidth");
        };
    }

    private static long within(Parameters given, String name, long usual, long least, long most, String unit) {
        long value = given.number(name, usual);
        if (value < least || value > most) {
            throw bad("parameter " + name + "=" + value + " " + unit + " is not within " + least + " to " + most + "; "
                    + usual + " is usual");
        }
        return value;
    }

    private static MoraineException bad(String message) {
        return MoraineException.caller(Errno.EINVAL, message);
    }
}
