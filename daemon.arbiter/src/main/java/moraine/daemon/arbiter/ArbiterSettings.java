package moraine.daemon.arbiter;

import java.util.List;
import moraine.core.api.model.Parameter;
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
    private static final String US = "microseconds";
    private static final int LONGEST_US = 600_000_000;

    private static final Parameter.Amount PERIOD = Parameter.amount(
            "periodUs",
            1000,
            10,
            1_000_000,
            US,
            "time between two looks at who starves, and two rounds over a node's pages");
    private static final Parameter.Amount IDLE =
            Parameter.amount("idle", 20, 1, 63, "rounds", "rounds without a use after which a page lies idle");
    private static final Parameter.Amount BUSY = Parameter.amount(
            "busy", 50, 0, 100, "percent", "share of an owner's pages in use above which it keeps all");
    private static final Parameter.Amount STARVING = Parameter.amount(
            "starving", 64, 1, Integer.MAX_VALUE, "pages", "pages not got, from which on a tenant starves");
    private static final Parameter.Amount REST =
            Parameter.amount("restUs", 100_000, 0, LONGEST_US, US, "how long an owner that yielded is left alone");
    private static final Parameter.Amount KEEP = Parameter.amount(
            "keepUs", 200_000, 0, LONGEST_US, US, "how long a tenant keeps the room that was made for it");

    /** All parameters. */
    static final List<Parameter> ALL = List.of(BUSY, IDLE, KEEP, PERIOD, REST, STARVING);

    static ArbiterSettings of(Parameters given) {
        given.requireKnown(ArbiterDaemon.NAME, ALL);
        return new ArbiterSettings(
                1000 * PERIOD.of(given),
                (int) IDLE.of(given),
                (int) BUSY.of(given),
                STARVING.of(given),
                1000 * REST.of(given),
                1000 * KEEP.of(given));
    }
}
