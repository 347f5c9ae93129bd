package moraine.sim.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import moraine.sim.time.Spent;
import moraine.sim.time.Timeline;

/** Makes the sentence that says where the time of a run went. */
final class Explanation {
    private static final int MOST_PARTS = 3;
    private static final double LEAST_SHARE = 0.01;

    private Explanation() {}

    /**
     * {@return the largest parts of the elapsed time with their counters, and how asking for placement went}
     *
     * @param counters by name
     * @param placement a clause whose subject is the program
     */
    static String of(Timeline timeline, Map<String, Long> counters, String placement) {
        double elapsed = timeline.elapsedNs();
        List<String> parts = new ArrayList<>();
        Stream.of(Spent.values())
                .filter(kind -> timeline.spentNs(kind) >= LEAST_SHARE * elapsed && elapsed > 0)
                .sorted(Comparator.comparingDouble((Spent kind) -> -timeline.spentNs(kind)))
                .limit(MOST_PARTS)
                .forEach(kind -> parts.add(part(kind, timeline.spentNs(kind) / elapsed, counters)));
        return String.join(", ", parts) + "; the program " + placement + ".";
    }

    private static String part(Spent kind, double share, Map<String, Long> counters) {
        return String.format(Locale.ROOT, "%.0f %% %s%s", share * 100, kind.clause(), evidence(kind, counters));
    }

    private static String evidence(Spent kind, Map<String, Long> counters) {
        return switch (kind) {
            case CPU_FAULTS -> counted(counters, "cpu.faults", "faults");
            case DEVICE_FAULTS ->
                String.format(
                        Locale.ROOT,
                        " (%,d faults in %,d batches)",
                        counters.getOrDefault("device.faults", 0L),
                        counters.getOrDefault("device.batches", 0L));
            case TO_DEVICE -> counted(counters, "migrate.to.device.pages", "pages");
            case TO_HOST ->
                String.format(
                        Locale.ROOT,
                        " (%,d pages, %,d of them evicted)",
                        counters.getOrDefault("migrate.to.host.pages", 0L),
                        counters.getOrDefault("migrate.evicted.pages", 0L));
            default -> "";
        };
    }

    private static String counted(Map<String, Long> counters, String name, String unit) {
        return String.format(Locale.ROOT, " (%,d %s)", counters.getOrDefault(name, 0L), unit);
    }
}
