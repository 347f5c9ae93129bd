package moraine.sim.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import moraine.core.api.model.DaemonInfo;
import moraine.sim.time.Spent;
import moraine.sim.time.Timeline;

/** Makes the sentence that says where the time of a run went. */
final class Explanation {
    private static final int MOST_PARTS = 3;
    private static final double LEAST_SHARE = 0.01;
    private static final double NS_PER_MS = 1e6;

    private Explanation() {}

    /**
     * {@return the largest parts of the program's elapsed time with their counters, how asking for placement went, and
     * what daemons did beside it}
     *
     * @param counters by name, of the whole machine
     * @param placement a clause whose subject is the program
     * @param daemons that worked beside the program
     */
    static String of(Timeline timeline, Map<String, Long> counters, String placement, List<DaemonInfo> daemons) {
        double elapsed = timeline.elapsedNs();
        boolean shared = daemons.stream().anyMatch(daemon -> daemon.actedPages() > 0);
        List<String> parts = new ArrayList<>();
        Stream.of(Spent.values())
                .filter(kind -> timeline.spentNs(kind) >= LEAST_SHARE * elapsed && elapsed > 0)
                .sorted(Comparator.comparingDouble((Spent kind) -> -timeline.spentNs(kind)))
                .limit(MOST_PARTS)
                .forEach(kind ->
                        parts.add(part(kind, timeline.spentNs(kind) / elapsed, evidence(kind, counters, shared))));
        return String.join(", ", parts) + "; the program " + placement + beside(daemons) + ".";
    }

    private static String beside(List<DaemonInfo> daemons) {
        List<String> works = daemons.stream()
                .filter(daemon -> daemon.spentNs() > 0 || daemon.actedPages() > 0)
                .map(Explanation::work)
                .toList();
        return works.isEmpty() ? "" : "; beside it worked " + String.join(", ", works);
    }

    private static String work(DaemonInfo daemon) {
        return String.format(
                Locale.ROOT,
                "daemon %s for %.3f ms (%,d pages moved)",
                daemon.name(),
                daemon.spentNs() / NS_PER_MS,
                daemon.actedPages());
    }

    private static String part(Spent kind, double share, String evidence) {
        return String.format(Locale.ROOT, "%.0f %% %s%s", share * 100, kind.clause(), evidence);
    }

    /** @param shared whether daemons moved pages too, which the counters do not tell apart */
    private static String evidence(Spent kind, Map<String, Long> counters, boolean shared) {
        String others = shared ? ", daemons' included" : "";
        return switch (kind) {
            case CPU_FAULTS -> counted(counters, "cpu.faults", "faults", "");
            case DEVICE_FAULTS ->
                String.format(
                        Locale.ROOT,
                        " (%,d faults in %,d batches)",
                        counters.getOrDefault("device.faults", 0L),
                        counters.getOrDefault("device.batches", 0L));
            case TO_DEVICE -> counted(counters, "migrate.to.device.pages", "pages", others);
            case TO_HOST ->
                String.format(
                        Locale.ROOT,
                        " (%,d pages, %,d of them evicted%s)",
                        counters.getOrDefault("migrate.to.host.pages", 0L),
                        counters.getOrDefault("migrate.evicted.pages", 0L),
                        others);
            default -> "";
        };
    }

    private static String counted(Map<String, Long> counters, String name, String unit, String others) {
        return String.format(Locale.ROOT, " (%,d %s%s)", counters.getOrDefault(name, 0L), unit, others);
    }
}
