package moraine.core.impl.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.Event;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.policy.DeviceFaults;
import moraine.core.api.policy.Pressure;
import moraine.core.impl.plugins.Eventually;
import moraine.core.impl.plugins.FakeFaults;
import moraine.core.impl.plugins.FakePolicy;
import moraine.core.impl.plugins.InVain;
import moraine.core.impl.plugins.Leaps;
import moraine.core.impl.plugins.Shapes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class EjectionTest {
    private final Leaps clock = new Leaps();
    private final InVain time = new InVain(clock.environment());
    private final HostBench bench = new HostBench(time);
    private final PolicyHost host = bench.host;
    private final FakePolicy.Provider provider = bench.offer("bad");
    private final PolicyCalls calls = host.requester("dev0", Shapes.DEVICE);
    /** Lets a callback return that hangs. */
    private final CountDownLatch release = new CountDownLatch(1);

    private volatile boolean inside;

    @AfterEach
    void close() {
        release.countDown();
        calls.close();
        bench.close();
    }

    private void use(Consumer<DeviceFaults> behaviour) {
        provider.faults(behaviour);
        host.use("bad", false);
    }

    private FakeFaults ask(int faults) {
        var batch = new FakeFaults(faults);
        calls.deviceFaults(batch);
        return batch;
    }

    private void awaitEjection() {
        Eventually.holds(
                "ejected",
                () -> host.active().equals(MachineSpec.LAST_RESORT)
                        && !host.exits().isEmpty());
    }

    /** Lets the time pass in which a callback should have returned. */
    private void awaitStall() {
        Eventually.holds("stalled", () -> {
            clock.leap(HostBench.LIMITS.stallNs() / 8);
            return bench.counters.value("policy.ejections") == 1;
        });
    }

    /** {@return whether it is waited for the callback that hangs, and not for its host's other actors} */
    private static boolean waitsForIt(List<String> callers) {
        return callers.contains("CallSite.called")
                || callers.contains("PolicyInstance.drain")
                || callers.contains("PolicyInstance.joinAll") && !callers.contains("Lifecycle.end");
    }

    @Test
    void shouldApplyLegalDecisions() {
        use(batch -> batch.decide(1, DeviceAction.MIGRATE, 16));

        assertThat(ask(3).decisions()).containsExactly("plan", "MIGRATE 16", "plan");
    }

    @Test
    void shouldLetThePlanAnswerForOneThatThrows() {
        use(batch -> {
            batch.decide(0, DeviceAction.MIGRATE, 1);
            throw new IllegalStateException("confused");
        });

        assertThat(ask(1).decisions()).containsExactly("plan");
        assertThat(host.active()).isEqualTo("bad");
    }

    @Test
    void shouldEjectAfterTooManyExceptions() {
        use(_ -> {
            throw new IllegalStateException("confused");
        });
        Regime before = bench.regimes.current();
        for (int i = 0; i < HostBench.LIMITS.exceptions(); i++) {
            ask(1);
        }

        awaitEjection();
        assertThat(host.exits())
                .singleElement()
                .returns("bad", ExitRecord::instance)
                .returns(ExitRecord.EXCEPTION, ExitRecord::kind)
                .returns("onDeviceFaults", ExitRecord::callback)
                .satisfies(exit -> assertThat(exit.reason()).contains("confused"))
                .satisfies(exit -> assertThat(exit.stack()).contains("EjectionTest"));
        assertThat(bench.regimes.current().typeOfNode(Shapes.DEVICE)).isEqualTo(before.typeOfNode(Shapes.DEVICE));
        assertThat(bench.events.list()).extracting(Event::kind).contains(Event.Kind.EJECTION);
        assertThat(bench.counters.value("policy.ejections")).isEqualTo(1);
        assertThat(ask(1).decisions()).containsExactly("plan");
        assertThat(provider.last.closed).isTrue();
    }

    @Test
    void shouldDropAndCountIllegalAnswersThenEject() {
        use(batch -> {
            batch.decide(0, DeviceAction.DUPLICATE_READ_ONLY, -4);
            batch.decide(1, DeviceAction.MIGRATE, 3);
            batch.decide(2, DeviceAction.MIGRATE, 4);
        });

        assertThat(ask(3).decisions()).containsExactly("plan", "plan", "MIGRATE 4");
        assertThat(bench.counters.value("host.illegal")).isEqualTo(2);
        for (int i = 0; i < 4; i++) {
            ask(3);
        }
        awaitEjection();
        assertThat(host.exits())
                .singleElement()
                .returns(ExitRecord.ILLEGAL_ANSWERS, ExitRecord::kind)
                .satisfies(exit -> assertThat(exit.reason()).startsWith("10 illegal answers, limit 10; the last: "));
    }

    @Test
    void shouldAnswerByThePlanWhenLateThenEjectAndLeaveTheThread() {
        use(batch -> {
            hang();
            batch.decide(0, DeviceAction.MIGRATE, 1);
        });
        time.when(EjectionTest::waitsForIt, () -> inside);

        assertThat(ask(1).decisions()).containsExactly("plan");
        assertThat(ask(1).decisions()).containsExactly("plan");
        assertThat(bench.counters.value("host.late")).isEqualTo(2);
        awaitStall();
        awaitEjection();
        assertThat(host.exits())
                .singleElement()
                .returns(ExitRecord.STALL, ExitRecord::kind)
                .satisfies(exit -> assertThat(exit.reason())
                        .contains("did not return within")
                        .contains("1 threads"))
                .satisfies(exit -> assertThat(exit.stack())
                        .startsWith("moraine-bad-dev0\n")
                        .contains("CountDownLatch"));
        assertThat(bench.counters.value("host.abandoned")).isEqualTo(1);
        assertThat(provider.last.closed).as("closed with a call inside").isFalse();
    }

    @SuppressWarnings("Interruption") // a plug-in that does not heed interrupts
    private void hang() {
        inside = true;
        boolean interrupted = true;
        while (interrupted) {
            try {
                release.await();
                interrupted = false;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }

    @Test
    void shouldTakeALateAnswerForNobodysAndServeTheNextCall() {
        use(batch -> {
            if (batch.size() == 1) {
                hang();
            }
            batch.decide(0, DeviceAction.MIGRATE, 1);
        });
        time.when(EjectionTest::waitsForIt, () -> inside);
        FakeFaults late = ask(1);
        time.never();
        release.countDown();
        Eventually.holds("served", () -> ask(2).decisions().getFirst().equals("MIGRATE 1"));

        assertThat(late.decisions()).containsExactly("plan");
    }

    @Test
    void shouldRefuseABatchThatIsUsedAfterItsCallback() {
        var kept = new DeviceFaults[1];
        use(batch -> kept[0] = batch);
        ask(1);

        assertThatThrownBy(() -> kept[0].decide(0, DeviceAction.MIGRATE, 1)).hasMessageContaining("has ended");
        assertThat(kept[0].size()).isZero();
    }

    @Test
    void shouldPassVictimsOfTheNodeOnly() {
        host.use("bad", false);
        long page = bench.devicePage();
        provider.pressure = pressure -> {
            pressure.evict(page);
            pressure.evict(0);
            pressure.evict(-5);
        };
        var named = new ArrayList<Long>();
        calls.pressure(new Pressure() {
            @Override
            public int node() {
                return Shapes.DEVICE;
            }

            @Override
            public long wantedPages() {
                return 3;
            }

            @Override
            public void evict(long pfn) {
                named.add(pfn);
            }
        });

        assertThat(named).containsExactly(page);
        assertThat(bench.counters.value("host.illegal")).isEqualTo(2);
    }

    @Test
    void shouldRefuseAPlanThatDoesNotCome() {
        bench.offer("hangs").plan(_ -> {
            hang();
            return Shapes.hidden(bench);
        });
        time.when(
                callers -> callers.contains("PolicyInstance.plan") || callers.contains("PolicyInstance.joinAll"),
                () -> inside);

        assertThat(host.use("hangs", false).reason()).isEqualTo("hangs: plan() did not return within 60000 ms");
        assertThat(bench.counters.value("host.abandoned")).isEqualTo(1);
        assertThat(host.active()).isEqualTo(MachineSpec.LAST_RESORT);
    }
}
