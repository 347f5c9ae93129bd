package moraine.core.impl.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Launch;
import moraine.core.api.model.Event;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Step;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.TestPolicyProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.VirtualEnvironment;
import moraine.core.impl.plugins.WallClock;
import moraine.core.impl.tuning.Tuning;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PingPongTest {
    private static final long WAIT_NS = 60_000_000_000L;
    private static final int STEPS = 2000;
    private static final int SPACE = 1;
    private static final PingPong.Limits LIMITS = PingPong.Limits.of(Tuning.USUAL);

    private final PingPong pages = new PingPong(LIMITS);
    private long now = LIMITS.lapseNs();

    /** The page is lost and wanted again and again. */
    private List<PingPong.Answer> losses(int count, long betweenNs) {
        return Stream.generate(() -> {
                    now += betweenNs;
                    pages.begin(now);
                    return pages.lost(SPACE, Pages.SIZE, now);
                })
                .limit(count)
                .toList();
    }

    private PingPong.Answer wantedAgain(long lossNs, long afterNs) {
        now += afterNs;
        pages.begin(now);
        return pages.lost(SPACE, Pages.SIZE, lossNs);
    }

    @Test
    void shouldThrottleAfterTheThirdLossAndPinAfterTenNaps() {
        assertThat(losses(3, 1000)).containsExactly(PingPong.Answer.GO, PingPong.Answer.GO, PingPong.Answer.DETECTED);
        for (int nap = 1; nap < LIMITS.throttles(); nap++) {
            assertThat(losses(1, 1000)).containsExactly(PingPong.Answer.NAP);
            long loss = now;
            assertThat(wantedAgain(loss, LIMITS.lapseNs() - 1)).isEqualTo(PingPong.Answer.WAIT);
            assertThat(wantedAgain(loss, 1)).isEqualTo(PingPong.Answer.GO);
            assertThat(wantedAgain(loss, 1)).isEqualTo(PingPong.Answer.GO);
        }
        assertThat(losses(1, 1000)).containsExactly(PingPong.Answer.PIN);
        assertThat(losses(5, 1000)).containsOnly(PingPong.Answer.STAY);
        assertThat(pages.lost(SPACE, 2 * Pages.SIZE, now)).isEqualTo(PingPong.Answer.GO);
    }

    @Test
    void shouldUnpinInTheEnd() {
        losses(3, 1000);
        for (int nap = 1; nap < LIMITS.throttles(); nap++) {
            losses(1, 1000);
            wantedAgain(now, LIMITS.lapseNs());
        }
        assertThat(losses(1, 1000)).containsExactly(PingPong.Answer.PIN);
        assertThat(losses(1, LIMITS.pinNs() - 1)).containsExactly(PingPong.Answer.STAY);
        assertThat(pages.fought(SPACE, 17 * Pages.SIZE)).isTrue();
        assertThat(losses(2, 1)).containsExactly(PingPong.Answer.GO, PingPong.Answer.GO);
        assertThat(pages.fought(SPACE, 17 * Pages.SIZE)).isFalse();
    }

    @Test
    void shouldForgetLossesThatLieApart() {
        assertThat(losses(50, LIMITS.lapseNs() + 1)).containsOnly(PingPong.Answer.GO);
        assertThat(pages.fought(SPACE, 0)).isFalse();
    }

    @Test
    void shouldKeepNeighboursOfOneBlockOnly() {
        losses(3, 1000);
        assertThat(pages.fought(SPACE, 100 * Pages.SIZE)).isTrue();
        assertThat(pages.fought(SPACE, Pages.LARGE_SIZE)).isFalse();
        assertThat(pages.fought(SPACE + 1, 0)).isFalse();
    }

    @Test
    void shouldMoveAPageABoundedNumberOfTimesBetweenTwoDevices() {
        var time = new VirtualEnvironment();
        try (var under = machine(time)) {
            AddressSpace space = under.machine().openSpace("s");
            long at = space.mmap(MapRequest.anonymous(Pages.SIZE));
            Launch first = under.machine().device("gpu0").launch(space, new Count(at, pace(time)));
            Launch second = under.machine().device("gpu1").launch(space, new Count(at + Long.BYTES, pace(time)));
            first.await(WAIT_NS);
            second.await(WAIT_NS);

            shouldHaveSettled(under, space, at, 60);
        }
    }

    @Test
    void shouldNeverThrottleWhenNoLossesBelongTogether() {
        var time = new VirtualEnvironment();
        try (var under = machine(time, Parameters.NONE.with("thrash.lapse", "1"))) {
            AddressSpace space = under.machine().openSpace("s");
            long at = space.mmap(MapRequest.anonymous(Pages.SIZE));
            Launch first = under.machine().device("gpu0").launch(space, new Count(at, pace(time)));
            Launch second = under.machine().device("gpu1").launch(space, new Count(at + Long.BYTES, pace(time)));
            first.await(WAIT_NS);
            second.await(WAIT_NS);

            assertThat(under.machine().counter("device.throttled")).isZero();
            assertThat(under.machine().counter("device.pinned.remote.pages")).isZero();
            assertThat(under.machine().counter("migrate.to.device.pages")).isGreaterThan(STEPS / 2);
            assertThat(under.machine().check()).isEmpty();
        }
    }

    @Test
    void shouldMoveAPageABoundedNumberOfTimesBetweenACpuAndADevice() {
        var time = new VirtualEnvironment();
        try (var under = machine(time)) {
            AddressSpace space = under.machine().openSpace("s");
            long at = space.mmap(MapRequest.anonymous(Pages.SIZE));
            Launch launch = under.machine().device("gpu0").launch(space, new Count(at, pace(time)));
            try (CpuContext cpu = space.attach(0)) {
                var done = new AtomicInteger();
                var actor = time.start("cpu", 0, _ -> {
                    pace(time).run();
                    cpu.getAndAddLong(at + Long.BYTES, 1);
                    return done.incrementAndGet() < STEPS ? Step.Progress.MORE : Step.Progress.DONE;
                });
                launch.await(WAIT_NS);
                assertThat(time.await(actor::done, WAIT_NS)).isTrue();
            }

            shouldHaveSettled(under, space, at, 30);
        }
    }

    private static void shouldHaveSettled(TestMachine under, AddressSpace space, long at, long moves) {
        try (CpuContext cpu = space.attach(0)) {
            assertThat(cpu.getLong(at)).isEqualTo(STEPS);
            assertThat(cpu.getLong(at + Long.BYTES)).isEqualTo(STEPS);
        }
        assertThat(under.machine().counter("device.throttled")).isPositive();
        assertThat(under.machine().counter("device.pinned.remote.pages")).isPositive();
        assertThat(under.machine().counter("migrate.to.device.pages")).isBetween(2L, moves);
        assertThat(under.machine().events())
                .extracting(Event::kind)
                .contains(Event.Kind.THRASHING_DETECTED, Event.Kind.THROTTLE, Event.Kind.MAP_REMOTE);
        assertThat(under.machine().check()).isEmpty();
    }

    /** {@return what makes a step take 5 us} */
    private static Runnable pace(VirtualEnvironment time) {
        return () -> time.charge(Cost.ZERO, 0, 0, 0, 5000);
    }

    @Test
    void shouldLetACpuAndADeviceMakeProgressOnOnePage() {
        try (var under = machine(WallClock.environment())) {
            AddressSpace space = under.machine().openSpace("s");
            long at = space.mmap(MapRequest.anonymous(Pages.SIZE));
            Launch launch = under.machine().device("gpu0").launch(space, new Count(at, () -> {}));
            try (CpuContext cpu = space.attach(0)) {
                for (int i = 0; i < STEPS; i++) {
                    cpu.getAndAddLong(at + Long.BYTES, 1);
                }
                launch.await(WAIT_NS);
                assertThat(cpu.getLong(at)).isEqualTo(STEPS);
                assertThat(cpu.getLong(at + Long.BYTES)).isEqualTo(STEPS);
            }
            assertThat(under.machine().check()).isEmpty();
        }
    }

    private static TestMachine machine(Environment environment) {
        return machine(environment, Parameters.NONE);
    }

    private static TestMachine machine(Environment environment, Parameters tuning) {
        var providers = new Providers();
        providers.drivers().add(TestDriverProvider.NAME, new TestDriverProvider(), "test.driver 1.0", 0);
        var hidden = new TestPolicyProvider(TestPolicy.Kind.HIDDEN);
        providers.policies().add("hidden", hidden, "test.hidden 1.0", 0);
        var profile = TestProfiles.devices(64L << 20, 4L << 20, 2, TestDriverProvider.NAME, true);
        return TestMachine.create(
                MachineSpec.of(profile, "hidden(window=1)").withTuning(tuning), providers, environment);
    }

    /** Adds one to a word in each of many steps. */
    private record Count(long at, Runnable pace) implements Kernel {
        @Override
        public String name() {
            return "count";
        }

        @Override
        public int blocks() {
            return 1;
        }

        @Override
        public Block block(int index) {
            var done = new AtomicInteger();
            return memory -> {
                pace.run();
                memory.putLong(at, memory.getLong(at) + 1);
                return done.incrementAndGet() < STEPS;
            };
        }
    }
}
