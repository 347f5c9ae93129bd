package moraine.itest.soak;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import moraine.itest.container.MoraineContainer;
import moraine.itest.container.Probe;
import moraine.testkit.HandBuilt;
import moraine.testkit.JvmThreads;

/** The soak from outside of its bundle. */
final class SoakBundle {
    static final List<String> FEATURES = List.of("base", "compare");

    private static final long REPORT_SECONDS = 10;
    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(20);
    private static final Class<?>[] CLASSES = {
        Accesses.class,
        Action.class,
        Backing.class,
        Common.class,
        Devices.class,
        Failures.class,
        Files.class,
        Kind.class,
        Ledger.class,
        Mappings.class,
        Mismatch.class,
        Mix.class,
        Monitor.class,
        Moves.class,
        PageKernel.class,
        Pattern.class,
        Pinning.class,
        SoakDaemon.class,
        Plugins.class,
        SoakedProcess.class,
        Region.class,
        Soak.class,
        SoakRun.class,
        Tally.class,
        Watchdog.class,
        Worker.class,
        HandBuilt.class,
        JvmThreads.class
    };

    private SoakBundle() {}

    /** {@return what came of a run, by the names that {@link SoakRun} gives; it takes the order by such names too} */
    static Map<String, String> run(MoraineContainer container, Map<String, String> order) throws Exception {
        container.settle(SETTLE_LIMIT);
        try (Probe probe = container.probe(CLASSES)) {
            return probe.call(SoakRun.class, order);
        }
    }

    /** {@return an order for a run that ends after some time or operations, whichever come first} */
    static Map<String, String> order(long seed, long seconds, long operations, Map<Action, Integer> more) {
        return Map.of(
                "seed", "" + seed,
                "seconds", "" + seconds,
                "operations", "" + operations,
                "report", "" + REPORT_SECONDS,
                "more", Mix.text(more));
    }

    /** {@return what is wrong with a run, a line each; what it did not do when it came to its end} */
    static List<String> faults(Map<String, String> answer) {
        List<String> failed = Stream.of("failure", "leaks")
                .filter(name -> !String.valueOf(answer.get(name)).isEmpty())
                .map(name -> name + ": " + answer.get(name))
                .toList();
        return failed.isEmpty() ? undone(answer) : failed;
    }

    private static List<String> undone(Map<String, String> answer) {
        return Stream.of(Kind.values())
                .filter(kind -> "0".equals(answer.get(kind.label())))
                .map(kind -> kind.label() + " was never done, so nothing is proven of it; run longer")
                .toList();
    }
}
