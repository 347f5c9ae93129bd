package moraine.testkit.hmm;

import static moraine.testkit.hmm.UserProcess.INDEX;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Clock;

/** Migration both ways by size, with large pages and without; success and the limit count, the figures are notes. */
final class BenchmarkScenarios {
    private static final long LIMIT_NS = 2_000_000_000L;
    private static final int ITERATIONS = 5;
    /** In pages: a quarter, a half, 1, 2, 4 and 8 of 2 MiB. */
    private static final List<Long> SIZES = List.of(128L, 256L, 512L, 1024L, 2048L, 4096L);

    private BenchmarkScenarios() {}

    static List<Scenario> all() {
        return List.of(Scenario.single("benchmark_thp_migration", "benchmark", BenchmarkScenarios::migration));
    }

    private static void migration(Rig rig) {
        Clock clock = rig.machine().environment().clock();
        long begun = clock.nowNs();
        for (long pages : SIZES) {
            measure(rig, pages, false);
        }
        long spentNs = clock.nowNs() - begun;
        rig.large(other -> {
            for (long pages : SIZES) {
                if (pages >= Pages.PER_LARGE) {
                    measure(other, pages, true);
                }
            }
            Clock second = other.machine().environment().clock();
            assertThat(spentNs + second.nowNs()).as("ns of the machine's clock").isLessThan(LIMIT_NS);
        });
    }

    private static void measure(Rig rig, long pages, boolean large) {
        try (UserProcess process = rig.process()) {
            Commands device = process.device(0);
            Clock clock = rig.machine().environment().clock();
            Buffer buffer = process.mapAligned(pages);
            process.fill(buffer, INDEX);
            assertThat(process.large(buffer)).isEqualTo(large);
            long there = 0;
            long back = 0;
            for (int iteration = 0; iteration < ITERATIONS; iteration++) {
                there += timed(clock, pages, () -> device.moveToDevice(buffer));
                back += timed(clock, pages, () -> device.migrateToSystem(buffer));
            }
            process.expect(buffer, INDEX);
            rig.note(String.format(
                    Locale.ROOT,
                    "%5d KiB %s: to the device %s, back %s",
                    buffer.bytes() >> 10,
                    large ? "in large pages" : "in base pages ",
                    figures(buffer, there),
                    figures(buffer, back)));
        }
    }

    private static long timed(Clock clock, long pages, Supplier<Reply> command) {
        long before = clock.nowNs();
        Reply reply = command.get();
        long ns = clock.nowNs() - before;
        assertThat(reply).isEqualTo(Reply.done(pages, 0));
        return ns;
    }

    private static String figures(Buffer buffer, long ns) {
        double each = (double) Math.max(1, ns) / ITERATIONS;
        return String.format(Locale.ROOT, "%.3f ms, %.2f GB/s", each / 1e6, buffer.bytes() / each);
    }
}
