package moraine.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import moraine.core.api.model.Violation;
import org.junit.jupiter.api.Test;

final class TestkitTest {
    private final JvmThreads threads = new JvmThreads();

    @Test
    void shouldStartNamedDaemonThreads() throws Exception {
        var seen = new CompletableFuture<Thread>();
        threads.start("worker", () -> seen.complete(Thread.currentThread()));
        assertThat(seen.get(10, TimeUnit.SECONDS))
                .returns("worker", Thread::getName)
                .returns(true, Thread::isDaemon);
    }

    @Test
    void shouldParkUntilUnparked() throws Exception {
        var parked = new CompletableFuture<Thread>();
        var through = new CompletableFuture<Boolean>();
        threads.start("parker", () -> {
            parked.complete(Thread.currentThread());
            threads.parkNs(TimeUnit.HOURS.toNanos(1));
            through.complete(true);
        });
        Thread parker = parked.get(10, TimeUnit.SECONDS);
        LockSupport.unpark(parker);
        assertThat(through.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldNeverGoBackInTime() {
        long before = threads.nowNs();
        assertThat(threads.nowNs()).isGreaterThanOrEqualTo(before);
    }

    @Test
    void shouldBuildMachinesThatPoliciesCanRank() {
        assertThat(HandBuilt.superchip().profile().nearest(1, _ -> true)).containsExactly(1, 0);
        assertThat(HandBuilt.twoSockets().profile().nearestRam(4)).containsExactly(2, 1, 0);
        assertThat(HandBuilt.withBusDevice().devices())
                .extracting(device -> device.capabilities().coherent())
                .containsExactly(true, false);
    }

    @Test
    void shouldTellEveryViolation() {
        assertThatCode(() -> Invariants.hold(List.of())).doesNotThrowAnyException();
        assertThatThrownBy(() -> Invariants.hold(List.of(new Violation("I4", "a"), new Violation("I5", "b"))))
                .isInstanceOf(AssertionError.class)
                .hasMessage("2 invariants are broken:\nI4: a\nI5: b");
    }
}
