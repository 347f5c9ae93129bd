package moraine.daemon.arbiter;

import java.util.List;
import java.util.TreeSet;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameters;

/**
 * The parameters of the arbiter, checked.
 *
 * @param periodNs between two looks at who starves, and between two rounds over a node's pages while somebody does
 * @param idleRounds rounds without a use after which a page lies idle
 * @param busyPercent of an owner's pages: more of them not idle, and it keeps all
 * @param starvingPages that a tenant did not get, from which on it starves
 * @param restNs for which an owner that yielded is not asked again, and for which a want is remembered
 * @param keepNs for which a tenant keeps the room that was made for it
 */
record ArbiterSettings(long periodNs, int idleRounds, int busyPercent, long starvingPages, long restNs, long keepNs) {
    private static final String PERIOD = "periodUs";
    private static final String IDLE = "idle";
    private static final String BUSY = "busy";
    private static final String STARVING = "starving";
    private static final String REST = "restUs";
    private static final String KEEP = "keepUs";
    private static final List<String> NAMES = List.of(BUSY, IDLE, KEEP, PERIOD, REST, STARVING);

    private static final int LONGEST_US = 600_000_000;

    static ArbiterSettings of(Parameters given) {
        var unknown = new TreeSet<>(given.values().keySet());
        NAMES.forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            throw bad("arbiter has no parameter " + unknown.first() + ", only " + String.join(", ", NAMES));
        }
        return new ArbiterSettings(
                1000 * within(given, PERIOD, 1000, 10, 1_000_000, "microseconds"),
                (int) within(given, IDLE, 20, 1, 63, "rounds"),
                (int) within(given, BUSY, 50, 0, 100, "percent"),
                within(given, STARVING, 64, 1, Integer.MAX_VALUE, "pages"),
                1000 * within(given, REST, 100_000, 0, LONGEST_US, "microseconds"),
                1000 * within(given, KEEP, 200_000, 0, LONGEST_US, "microseconds"));
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
