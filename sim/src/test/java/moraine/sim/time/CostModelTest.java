package moraine.sim.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import moraine.core.api.model.Intent;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Meter;
import moraine.core.api.time.Step.Progress;
import moraine.sim.profile.Profiles;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Expected figures are computed by hand from gh200.yaml. */
final class CostModelTest {
    private static final int CPU = 0;
    private static final int GPU = 1;
    private static final Offset<Double> EXACT = within(1e-6);
    /** Startup and bookkeeping of a copy of 377 GB/s x 150 us. */
    private static final double SETUP_NS = 200 + 377 * 150_000 / 4096.0 * 160;

    private final VirtualEnvironment environment = new VirtualEnvironment(Profiles.load("gh200"), Map.of(), 1);
    private final Meter meter = environment.meter();
    private final EventLoop loop = environment.actors();

    private double now() {
        return loop.accountNow().nowNs();
    }

    @Test
    void shouldChargeMissesByLatencyAndHitsByCache() {
        meter.access(CPU, CPU, 0x1000, 8, Intent.READ);
        assertThat(now()).isEqualTo(205.0 / 35, EXACT);
        double before = now();
        meter.access(CPU, CPU, 0x1008, 8, Intent.READ);
        meter.access(CPU, CPU, 0x1010, 8, Intent.READ);
        assertThat(now() - before).isEqualTo(2 * 1.2, EXACT);
    }

    @Test
    void shouldCountALineForEachThatAReferenceReaches() {
        meter.access(CPU, CPU, 0x103c, 8, Intent.READ);
        assertThat(now()).isEqualTo(2 * 205.0 / 35, EXACT);
    }

    @Test
    void shouldChargeADeviceByBandwidthAcrossTheLink() {
        meter.access(GPU, CPU, 0x1000, 4096, Intent.READ);
        assertThat(now()).isEqualTo(4096 / 335.0, EXACT);
    }

    @Test
    void shouldTellReadsFromWrites() {
        meter.access(GPU, CPU, 0x1000, 4096, Intent.WRITE);
        assertThat(now()).isEqualTo(4096 / 297.0, EXACT);
    }

    @Test
    void shouldMissAgainAfterAPageMoved() {
        meter.access(CPU, CPU, 0x1000, 8, Intent.READ);
        double before = now();
        meter.access(CPU, GPU, 0x1000, 8, Intent.READ);
        assertThat(now() - before).isEqualTo(800.0 / 35, EXACT);
    }

    @Test
    void shouldMissAgainAfterAnotherProcessorWrote() {
        meter.access(CPU, CPU, 0x1000, 8, Intent.READ);
        meter.access(GPU, CPU, 0x1000, 8, Intent.WRITE);
        double before = now();
        meter.access(CPU, CPU, 0x1000, 8, Intent.READ);
        assertThat(now() - before).isEqualTo(205.0 / 35, EXACT);
    }

    @Test
    void shouldRaiseLatencyBeyondTheKneeOnly() {
        // One core moves 64 / (205 / 35) = 10.9 GB/s of 348: far below the knee.
        double calm = missEachNs(1);
        assertThat(calm).isEqualTo(205.0 / 35, EXACT);
        // A hundred cores want three times the bandwidth: beyond it, time per miss follows bandwidth and load.
        assertThat(missEachNs(100)).isGreaterThan(2 * calm);
    }

    /** {@return how long each miss of so many cores takes when all run side by side} */
    private static double missEachNs(int cores) {
        var crowd = new VirtualEnvironment(Profiles.load("gh200"), Map.of(), 1);
        int steps = 400;
        Actor[] actors = new Actor[cores];
        for (int core = 0; core < cores; core++) {
            long base = (core + 1L) << 32;
            int[] done = {0};
            actors[core] = crowd.actors().start("core" + core, CPU, self -> {
                crowd.meter().access(CPU, CPU, base + done[0] * 4096L, 4096, Intent.READ);
                return ++done[0] == steps ? Progress.DONE : Progress.MORE;
            });
        }
        crowd.actors().await(() -> Arrays.stream(actors).allMatch(Actor::done), Long.MAX_VALUE);
        return crowd.actors().timeline().elapsedNs() / steps / 64;
    }

    @Test
    void shouldNotMoveMoreThanTheBandwidth() {
        double each = missEachNs(100);
        double gbPerSecond = 100 * 64 / each;
        assertThat(gbPerSecond).isBetween(348 * 0.9, 348 * 1.05);
    }

    @Test
    void shouldChargeACopyByStartupAndBandwidth() {
        meter.charge(Cost.COPY, GPU, CPU, GPU, 1 << 20);
        assertThat(now()).isEqualTo(200 + 256 * 160 + (1 << 20) / 377.0, EXACT);
        double before = now();
        meter.charge(Cost.COPY, GPU, GPU, CPU, 1 << 20);
        assertThat(now() - before).isEqualTo(200 + 256 * 160 + (1 << 20) / 297.0, EXACT);
    }

    /** {@return how long copies take of which each has so many pages} */
    private static double copiesNs(int engines, int runs, int pagesEach) {
        var fresh = new VirtualEnvironment(Profiles.load("gh200"), Map.of(), 1);
        int[] pages = new int[runs + 1];
        Arrays.fill(pages, pagesEach);
        fresh.meter().copies(GPU, CPU, GPU, engines, pages, runs);
        return fresh.actors().accountNow().nowNs();
    }

    @Test
    void shouldHalveTheTimeOfManyShortCopiesOnTwoEngines() {
        double bookkeepingNs = 400 * 160;
        double oneNs = copiesNs(1, 400, 1) - bookkeepingNs;
        double twoNs = copiesNs(2, 400, 1) - bookkeepingNs;
        assertThat(oneNs).isEqualTo(400 * (200 + 4096 / 377.0), within(1e-3));
        // Each engine copies every other run; the second begins a transfer later, for the link carries one at a time.
        assertThat(twoNs).isEqualTo(200 * (200 + 4096 / 377.0) + 4096 / 377.0, within(1e-3));
    }

    @Test
    void shouldNotCopyFasterThanTheLinkHoweverManyEngines() {
        double transferNs = 16 * (1 << 21) / 377.0;
        double engineNs = copiesNs(16, 16, 512) - 16 * 512 * 160;
        assertThat(engineNs).isEqualTo(200 + transferNs, within(1e-3));
        assertThat(copiesNs(1, 16, 512) - 16 * 512 * 160).isEqualTo(16 * 200 + transferNs, within(1e-3));
    }

    @Test
    void shouldChargeRunsOnOneEngineAsOneCopyAfterTheOther() {
        for (int run = 0; run < 7; run++) {
            meter.charge(Cost.COPY, GPU, CPU, GPU, 3 * 4096);
        }
        assertThat(copiesNs(1, 7, 3)).isEqualTo(now(), within(1e-3));
    }

    @Test
    void shouldLetABatchWaitForEnginesThatOthersUse() {
        Actor[] actors = new Actor[2];
        for (int i = 0; i < 2; i++) {
            actors[i] = loop.start("copier" + i, GPU, self -> {
                meter.copies(GPU, CPU, GPU, 2, new int[] {1, 1, 1, 1}, 4);
                return Progress.DONE;
            });
        }
        loop.await(() -> actors[0].done() && actors[1].done(), Long.MAX_VALUE);
        // Eight runs on two engines, and what the second transfer of a pair waits for the first.
        assertThat(now()).isEqualTo(4 * 160 + 4 * (200 + 4096 / 377.0) + 4096 / 377.0, within(1e-3));
        assertThat(loop.accounts().stream()
                        .mapToDouble(a -> a.spentNs(Spent.STALL))
                        .sum())
                .isGreaterThan(400);
    }

    @Test
    void shouldQueueCopiesOfOneDirection() {
        Actor[] actors = new Actor[2];
        for (int i = 0; i < 2; i++) {
            actors[i] = loop.start("copier" + i, GPU, self -> {
                meter.charge(Cost.COPY, GPU, CPU, GPU, 377 * 1024);
                return Progress.DONE;
            });
        }
        loop.await(() -> actors[0].done() && actors[1].done(), Long.MAX_VALUE);
        // 1,024 ns of transfer each; the second is set up along with the first, then waits for the link.
        assertThat(now()).isEqualTo(200 + 94.25 * 160 + 2 * 1024, EXACT);
    }

    @Test
    void shouldLetOppositeDirectionsOverlap() {
        Actor there = loop.start("there", GPU, self -> {
            meter.charge(Cost.COPY, GPU, CPU, GPU, 377 * 1024);
            return Progress.DONE;
        });
        Actor back = loop.start("back", GPU, self -> {
            meter.charge(Cost.COPY, GPU, GPU, CPU, 297 * 1024);
            return Progress.DONE;
        });
        loop.await(() -> there.done() && back.done(), Long.MAX_VALUE);
        assertThat(now()).isEqualTo(200 + 94.25 * 160 + 1024, EXACT);
    }

    @Test
    void shouldChargeFixedCostsFromTheProfile() {
        meter.charge(Cost.CPU_FAULT, CPU, CPU, CPU, 3);
        assertThat(now()).isEqualTo(1500, EXACT);
        meter.charge(Cost.DEVICE_FAULT_BATCH, GPU, GPU, GPU, 11);
        assertThat(now()).isEqualTo(1500 + 16_000 + 10 * 110, EXACT);
        meter.charge(Cost.SHOOTDOWN, CPU, CPU, CPU, 2);
        meter.charge(Cost.LAUNCH, GPU, GPU, GPU, 1);
        assertThat(now()).isEqualTo(1500 + 17_100 + 1400 + 6500, EXACT);
        assertThat(loop.timeline().spentNs(Spent.DEVICE_FAULTS)).isEqualTo(17_100, EXACT);
    }

    @Test
    void shouldSlowAccessesWhileACopyFillsTheLink() {
        Actor copier = loop.start("copier", GPU, self -> {
            meter.charge(Cost.COPY, GPU, CPU, GPU, 377L * 150_000);
            return Progress.DONE;
        });
        int[] steps = {0};
        double[] endNs = {0};
        Actor reader = loop.start("reader", GPU, self -> {
            if (steps[0]++ == 0) {
                meter.charge(Cost.COMPUTE, GPU, GPU, GPU, (long) SETUP_NS);
                return Progress.MORE;
            }
            meter.access(GPU, CPU, 0x100000, 4096, Intent.READ);
            endNs[0] = now();
            return Progress.DONE;
        });
        loop.await(() -> copier.done() && reader.done(), Long.MAX_VALUE);
        // The transfer of 150 us fills at least a window of 100 us, and the reader comes when it begins.
        assertThat(endNs[0] - SETUP_NS).isGreaterThan(50_000);
    }

    @Test
    void shouldSayWhichFigureIsMissing() {
        var cxl = new VirtualEnvironment(Profiles.load("cxl-type3"), Map.of(), 1);
        assertThatThrownBy(() -> {
                    cxl.meter().access(0, 2, 0x1000, 8, Intent.READ);
                    cxl.clock().nowNs();
                })
                .hasMessage("profile cxl-type3 has no figures for accesses by node 0 to node 2; add them to its file");
    }
}
