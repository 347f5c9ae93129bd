package moraine.driver.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.Pages;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

final class AccessCountersTest {
    private static final long REGION = Pages.LARGE_SIZE;

    private final List<Region> reported = new ArrayList<>();

    private record Region(int space, long start, long bytes, long accesses) {}

    @Test
    void shouldReportARegionOnceItReachesTheThreshold() {
        var counters = new AccessCounters(3, REGION, 256);
        assertThat(counters.add(5 * REGION + 4096, 255)).isFalse();
        assertThat(counters.add(6 * REGION - 1, 1)).isTrue();
        assertThat(counters.add(5 * REGION, 10))
                .as("it is over the threshold already")
                .isFalse();
        assertThat(counters.add(6 * REGION, 255)).as("another region").isFalse();
        assertThat(counters.drain(this::report)).isEqualTo(1);
        assertThat(reported).containsExactly(new Region(3, 5 * REGION, REGION, 266));
        assertThat(counters.drain(this::report)).isZero();
        assertThat(counters.add(5 * REGION, 256)).as("counted anew").isTrue();
    }

    @Test
    void shouldForgetRegionsWhosePlacesAreTakenAndNeverMixThem() {
        var counters = new AccessCounters(3, REGION, 1);
        int counted = 0;
        for (int region = 0; region < 20_000; region++) {
            counted += counters.add(region * REGION, region + 1) ? 1 : 0;
        }
        assertThat(counters.drain(this::report)).isEqualTo(counted).isBetween(3000, 4096);
        assertThat(reported).allSatisfy(r -> assertThat(r.accesses).isEqualTo(r.start / REGION + 1));
    }

    @Test
    void shouldCountRemoteAccessesOfBlocksAboutRight() {
        var loop = new LoopActors();
        var host = new FakeHost(loop, "threshold", "1000");
        FakeSpace space = remoteThenLocal(host);
        int each = 64_000;
        FakeLaunch launch = host.launch(space, new OneBlock("touch", 1, memory -> {
            for (int i = 0; i < each; i++) {
                memory.getLong(space.page(i % 512));
                memory.getLong(space.page(512 + i % 512));
            }
            return false;
        }));
        loop.run();
        launch.assertDone();
        assertThat(host.counterRaises).hasValue(1);
        host.driver.drainCounters(this::report);
        assertThat(reported).hasSize(1);
        assertThat(reported.getFirst().start).isEqualTo(space.base);
        assertThat(reported.getFirst().accesses).isCloseTo(each, Percentage.withPercentage(5));
        assertThat(host.count(Tally.REGIONS)).isEqualTo(1);
    }

    @Test
    void shouldCountAWindowAsItsTransactions() {
        var loop = new LoopActors();
        var host = new FakeHost(loop, "threshold", "1");
        FakeSpace space = remoteThenLocal(host);
        TripleKernel kernel = new TripleKernel(space, 0, 1, 256);
        host.launch(space, kernel.prepare()).ended();
        loop.run();
        host.driver.drainCounters(this::report);
        assertThat(reported).hasSize(1);
        assertThat(reported.getFirst().accesses).isCloseTo(2 * 256 * 32, within(64L));
    }

    @Test
    void shouldCountNothingWhenToldNotTo() {
        var loop = new LoopActors();
        var host = new FakeHost(loop, "threshold", "0");
        FakeSpace space = remoteThenLocal(host);
        FakeLaunch launch = host.launch(space, TripleKernel.over(space).prepare());
        loop.run();
        launch.assertDone();
        host.driver.drainCounters(this::report);
        assertThat(reported).isEmpty();
        assertThat(host.counterRaises).hasValue(0);
    }

    /** 2 MiB of RAM and 2 MiB of the device's memory. */
    private static FakeSpace remoteThenLocal(FakeHost host) {
        FakeSpace space = host.space(3, 1024);
        space.mapAll();
        for (int page = 512; page < 1024; page++) {
            space.nodes[page] = FakeHost.NODE;
        }
        return space;
    }

    private void report(int space, long start, long bytes, long accesses) {
        reported.add(new Region(space, start, bytes, accesses));
    }
}
