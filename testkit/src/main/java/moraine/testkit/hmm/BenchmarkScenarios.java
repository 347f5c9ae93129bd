package moraine.testkit.hmm;

import static moraine.testkit.hmm.UserProcess.INDEX;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Clock;
import moraine.core.api.time.Threads;
import moraine.testkit.JvmThreads;

/**
 * Migration both ways by size, with large pages and without. Success counts, and that sizes up to 16 MiB take no more
 * of the host than the limit: of its processor where the machine's time is modelled and one thread does everything, so
 * that it does not count who else runs; of its clock elsewhere. The largest size follows wherever the machine has the
 * memory. Figures are notes, on the machine's own clock.
 */
final class BenchmarkScenarios {
    private static final long LIMIT_NS = 2_000_000_000L;
    /** Each way; one alone once half of the limit is spent, on the largest size for itself. */
    private static final int ITERATIONS = 5;
    /** In pages: a quarter, a half, 1, 2, 4 and 8 of 2 MiB. */
    private static final List<Long> SIZES = List.of(128L, 256L, 512L, 1024L, 2048L, 4096L);
    /** In pages: 128 of 2 MiB. */
    private static final long LARGEST = 65_536;

    private final Threads host = new JvmThreads();
    private final ThreadMXBean processor = ManagementFactory.getThreadMXBean();
    private long limitedNs;
    private long largestNs;

    private BenchmarkScenarios() {}

    static List<Scenario> all() {
        return List.of(Scenario.single("benchmark_thp_migration", "benchmark", rig -> {
            var benchmark = new BenchmarkScenarios();
            rig.largest(false, other -> benchmark.migration(other, false));
            rig.largest(true, other -> benchmark.migration(other, true));
            rig.note(String.format(
                    Locale.ROOT, "sizes up to 16 MiB took %.3f s of the host", benchmark.limitedNs / 1e9));
            assertThat(benchmark.limitedNs)
                    .as("ns of the host for sizes up to 16 MiB")
                    .isLessThan(LIMIT_NS);
        }));
    }

    private void migration(Rig rig, boolean large) {
        for (long pages : SIZES) {
            if (!large || pages >= Pages.PER_LARGE) {
                measure(rig, pages, large);
            }
        }
        if (smallestFree(rig) > LARGEST) {
            measure(rig, LARGEST, large);
        } else {
            rig.note(label(LARGEST, large) + ": more than the machine has");
        }
    }

    private static long smallestFree(Rig rig) {
        return rig.machine().nodes().stream()
                .mapToLong(NodeInfo::freePages)
                .min()
                .orElse(0);
    }

    private void measure(Rig rig, long pages, boolean large) {
        try (UserProcess process = rig.process()) {
            Commands device = process.device(0);
            Clock clock = rig.machine().environment().clock();
            Buffer buffer = process.mapAligned(pages);
            process.fill(buffer, INDEX);
            assertThat(process.large(buffer)).isEqualTo(large);
            long there = 0;
            long back = 0;
            int times = 0;
            for (; times == 0 || times < ITERATIONS && spentNs(pages) < LIMIT_NS / 2; times++) {
                there += timed(clock, pages, () -> device.moveToDevice(buffer));
                back += timed(clock, pages, () -> device.migrateToSystem(buffer));
            }
            process.expect(buffer, INDEX);
            rig.note(label(pages, large) + ", " + times + " x: to the device " + figures(buffer, there / times)
                    + ", back " + figures(buffer, back / times));
        }
    }

    private long timed(Clock clock, long pages, Supplier<Reply> command) {
        long begun = hostNs(clock);
        long before = clock.nowNs();
        Reply reply = command.get();
        long ns = clock.nowNs() - before;
        spend(pages, hostNs(clock) - begun);
        assertThat(reply).isEqualTo(Reply.done(pages, 0));
        return ns;
    }

    private long spentNs(long pages) {
        return pages == LARGEST ? largestNs : limitedNs;
    }

    private void spend(long pages, long ns) {
        if (pages == LARGEST) {
            largestNs += ns;
        } else {
            limitedNs += ns;
        }
    }

    private long hostNs(Clock clock) {
        return clock.virtual() ? processor.getCurrentThreadCpuTime() : host.nowNs();
    }

    private static String label(long pages, boolean large) {
        long kibibytes = pages * Pages.SIZE >> 10;
        return String.format(Locale.ROOT, "%6d KiB in %s pages", kibibytes, large ? "large" : "base");
    }

    private static String figures(Buffer buffer, long ns) {
        long each = Math.max(1, ns);
        return String.format(Locale.ROOT, "%.3f ms, %.2f GB/s", each / 1e6, (double) buffer.bytes() / each);
    }
}
