package moraine.core.impl.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.daemon.Daemon;
import moraine.core.api.daemon.Folios;
import moraine.core.api.daemon.Tick;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Backing;
import moraine.core.api.model.DaemonInfo;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.SwapSpec;
import moraine.core.api.model.Verdict;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Point;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.core.impl.plugins.Eventually;
import moraine.core.impl.plugins.InVain;
import moraine.core.impl.plugins.Leaps;
import moraine.core.impl.plugins.Patience;
import moraine.core.impl.plugins.Shapes;
import moraine.testkit.Gates;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Daemons begin, are thrown out, go and come, on a machine of RAM alone. */
@Timeout(120)
final class DaemonHostTest {
    private static final Limits LIMITS = Patience.LIMITS;
    /** Deadline of gates on a clock that leaps. */
    private static final long LEAPING_NS = Long.MAX_VALUE / 4;

    private final Leaps clock = new Leaps();
    private final InVain time = new InVain(clock.environment());
    /** Lets a tick return that hangs. */
    private final CountDownLatch release = new CountDownLatch(1);

    private final Providers providers = new Providers();
    private final FakeDaemon.Provider provider = new FakeDaemon.Provider();
    private @Nullable Machine machine;

    @AfterEach
    void close() {
        release.countDown();
        if (machine != null) {
            machine.close();
        }
    }

    private void offer(FakeDaemon.Provider offered) {
        providers.daemons().add("fake", offered, "test.fake 1.0", 0);
    }

    private Machine make(String... daemons) {
        return make(time, SwapSpec.NONE, daemons);
    }

    private Machine make(Environment environment, SwapSpec swap, String... daemons) {
        var spec = Shapes.bare(MachineSpec.LAST_RESORT)
                .withBacking(Backing.STAMPS)
                .withCapacities(Map.of(Shapes.RAM, 4L << 20))
                .withDaemons(List.of(daemons))
                .withSwap(swap);
        Machine made = new MachineFactoryImpl(providers, LIMITS).create(spec, environment);
        machine = made;
        return made;
    }

    private DaemonInfo info() {
        return Objects.requireNonNull(machine).daemons().getFirst();
    }

    private void awaitState(DaemonInfo.State state) {
        Eventually.holds(state.toString(), () -> info().state() == state);
    }

    /** Lets the time pass in which a tick of the last daemon should have returned. */
    private void awaitStall() {
        Eventually.holds("stalled", () -> {
            clock.leap(LIMITS.stallNs() / 8);
            return Objects.requireNonNull(machine).daemons().getLast().state() == DaemonInfo.State.EJECTED;
        });
    }

    private void hang(FakeDaemon.Provider which) {
        which.tick = (_, _) -> {
            awaitUninterruptibly(release);
            return Daemon.NEVER;
        };
    }

    @Test
    void shouldRunWhatTheSpecNamesAndNothingElse() {
        offer(provider);
        var other = new FakeDaemon.Provider();
        providers.daemons().add("other", other, "test.other 1.0", 99);
        provider.tick = (_, _) -> 1;
        Machine on = make("fake(a=1)");

        Eventually.holds("ticks", () -> info().ticks() > 10);
        assertThat(on.daemons())
                .extracting(DaemonInfo::name, DaemonInfo::state)
                .containsExactly(
                        tuple("fake(a=1)", DaemonInfo.State.RUNNING), tuple("other", DaemonInfo.State.OFFERED));
        assertThat(info())
                .returns("fake(a=1)", DaemonInfo::name)
                .returns("test.fake 1.0", DaemonInfo::bundle)
                .returns(DaemonInfo.State.RUNNING, DaemonInfo::state);
        assertThat(info().spentNs()).isPositive();
        assertThat(other.made).hasValue(0);
        on.close();
        assertThat(provider.last.closed).isTrue();
    }

    @Test
    void shouldEjectOneThatThrowsTooOften() {
        offer(provider);
        provider.tick = (_, _) -> {
            throw new IllegalStateException("confused");
        };
        Machine on = make("fake");

        awaitState(DaemonInfo.State.EJECTED);
        Eventually.holds("ended", () -> !on.policies().exits().isEmpty());

        assertThat(provider.ticks).hasValue(LIMITS.exceptions());
        assertThat(info().reason()).contains("tick() threw").contains("confused");
        assertThat(on.policies().exits())
                .singleElement()
                .returns("fake", ExitRecord::instance)
                .returns(ExitRecord.EXCEPTION, ExitRecord::kind)
                .returns("tick", ExitRecord::callback)
                .satisfies(exit -> assertThat(exit.stack()).contains("DaemonHostTest"));
        assertThat(on.counter("daemon.ejections")).isEqualTo(1);
        assertThat(on.counter("host.exceptions")).isEqualTo(LIMITS.exceptions());
        assertThat(provider.last.closed).isTrue();
    }

    @Test
    void shouldEjectOneThatHangsAndLeaveItsThread() {
        offer(provider);
        var kept = new AtomicReference<@Nullable Tick>();
        provider.tick = (_, tick) -> {
            kept.set(tick);
            awaitUninterruptibly(release);
            return Daemon.NEVER;
        };
        time.when(
                callers -> callers.contains("DaemonInstance.end")
                        && !callers.contains("Lifecycle.ask")
                        && !callers.contains("Lifecycle.end"),
                () -> true);
        Machine on = make("fake");
        Eventually.holds("the tick has begun", () -> kept.get() != null);

        awaitStall();
        Eventually.holds("ended", () -> !on.policies().exits().isEmpty());

        assertThat(on.policies().exits())
                .singleElement()
                .returns(ExitRecord.STALL, ExitRecord::kind)
                .satisfies(exit -> assertThat(exit.reason())
                        .contains("did not return within")
                        .contains("its thread did not return"));
        assertThat(on.counter("host.abandoned")).isEqualTo(1);
        assertThat(provider.last.closed).as("closed with a tick inside").isFalse();
        assertThatThrownBy(() -> Objects.requireNonNull(kept.get()).nowNs()).hasMessageContaining("has ended");
        assertThatThrownBy(() -> provider.last.context.folios(1)).hasMessageContaining("has ended");
        assertThatThrownBy(() -> provider.last.context.view().nodes()).hasMessageContaining("has ended");
    }

    /** Reclaim takes longer than a tick may, as another that hangs meanwhile: it waits for storage, say. */
    @Test
    void shouldKeepOneForWhichTheCoreWorksLong() {
        offer(provider);
        provider.tick = (daemon, tick) -> {
            Folios list = daemon.context.folios(1);
            tick.scan(Shapes.RAM, Attribute.RECLAIMABLE, list);
            tick.reclaim(list);
            return 1;
        };
        var other = new FakeDaemon.Provider();
        hang(other);
        try (var gates = new Gates(time, LEAPING_NS)) {
            gates.hold(Point.SWAP_UNMAPPED, "moraine-daemon-fake");
            Machine on = make(gates, SwapSpec.node(Shapes.RAM, 1L << 20), "fake", "other");
            try (AddressSpace space = on.openSpace("space");
                    CpuContext cpu = space.attach(Shapes.RAM)) {
                cpu.putLong(space.mmap(MapRequest.anonymous(Pages.SIZE)), 1);
                gates.awaitHeld(Point.SWAP_UNMAPPED, "moraine-daemon-fake");
                providers.daemons().add("other", other, "test.other 1.0", 0);
                awaitStall();
                release.countDown();
                assertThat(info().state()).isEqualTo(DaemonInfo.State.RUNNING);
                gates.release(Point.SWAP_UNMAPPED, "moraine-daemon-fake");
                Eventually.holds("ticks", () -> info().ticks() > 3);
            }
        }
        assertThat(info().state()).isEqualTo(DaemonInfo.State.RUNNING);
    }

    @SuppressWarnings("Interruption") // a plug-in that does not heed interrupts
    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = true;
        while (interrupted) {
            try {
                latch.await();
                interrupted = false;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }

    @Test
    void shouldEndWithItsBundleAndComeBackWithIt() {
        offer(provider);
        provider.tick = (_, _) -> 1;
        Machine on = make("fake");
        Eventually.holds("ticks", () -> info().ticks() > 0);
        FakeDaemon first = provider.last;

        providers.daemons().remove(provider);

        int ticks = provider.ticks.get();
        assertThat(first.closed).isTrue();
        assertThat(info()).returns(DaemonInfo.State.ABSENT, DaemonInfo::state).returns("", DaemonInfo::bundle);
        assertThat(on.policies().exits()).singleElement().returns(ExitRecord.BUNDLE_STOPPED, ExitRecord::kind);
        assertThat(provider.ticks).hasValue(ticks);

        offer(provider);
        awaitState(DaemonInfo.State.RUNNING);
        assertThat(provider.last).isNotSameAs(first);
        Eventually.holds("ticks again", () -> provider.ticks.get() > ticks);
    }

    @Test
    void shouldGoOnWithAnotherVersionWhenOneGoes() {
        offer(provider);
        make("fake");
        var second = new FakeDaemon.Provider();
        providers.daemons().add("fake", second, "test.fake 2.0", 0);

        providers.daemons().remove(provider);

        assertThat(info())
                .returns("test.fake 2.0", DaemonInfo::bundle)
                .returns(DaemonInfo.State.RUNNING, DaemonInfo::state);
    }

    @Test
    void shouldRefuseAMachineWhoseDaemonRefusesIt() {
        offer(provider);
        provider.check = (_, parameters) -> Verdict.no("no such parameter in " + parameters);

        assertThatThrownBy(() -> make("fake(a=1)"))
                .isInstanceOf(MoraineException.class)
                .hasMessageContaining("daemon fake(a=1): no such parameter in (a=1)");
        assertThatThrownBy(() -> make("fake(")).hasMessageContaining("does not end with ')'");
        assertThatThrownBy(() -> make("fake", "fake")).hasMessageContaining("named twice");
    }

    @Test
    void shouldWaitForABundleThatIsNotThere() {
        make("fake");
        assertThat(info().state()).isEqualTo(DaemonInfo.State.ABSENT);

        offer(provider);

        awaitState(DaemonInfo.State.RUNNING);
    }

    @Test
    void shouldWakeOnPressureWhoAsksForIt() {
        offer(provider);
        provider.pressure = true;
        var idle = new FakeDaemon.Provider();
        providers.daemons().add("idle", idle, "test.idle 1.0", 0);
        Machine on = make("fake", "idle");
        Eventually.holds("first ticks", () -> provider.ticks.get() == 1 && idle.ticks.get() == 1);
        var node = on.nodes().getFirst();
        try (var space = on.openSpace("s");
                var cpu = space.attach(Shapes.RAM)) {
            long pages = node.freePages() - node.lowPages();
            long at = space.mmap(MapRequest.anonymous((pages + 2) * Pages.SIZE));
            for (long page = 0; page < pages + 2; page++) {
                cpu.putLong(at + page * Pages.SIZE, 1);
            }

            Eventually.holds("woken", () -> provider.ticks.get() > 1);
        }
        assertThat(idle.ticks).hasValue(1);
    }
}
