package moraine.core.impl.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Clock;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Meter;
import moraine.core.api.time.Step;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class WatchdogTest {
    /** A wall clock that the test turns, and actors that step when the test says so. */
    private static final class HandTurned implements Environment, Clock, Actors, Actor {
        final AtomicLong nowNs = new AtomicLong();
        private final List<Step> steps = new ArrayList<>();

        void turn(long ns) {
            nowNs.addAndGet(ns);
            steps.forEach(step -> step.step(this));
        }

        @Override
        public Clock clock() {
            return this;
        }

        @Override
        public Actors actors() {
            return this;
        }

        @Override
        public @Nullable Meter meter() {
            return null;
        }

        @Override
        public RandomGenerator random(String purpose) {
            throw new UnsupportedOperationException(purpose);
        }

        @Override
        public long nowNs() {
            return nowNs.get();
        }

        @Override
        public boolean virtual() {
            return false;
        }

        @Override
        public Actor start(String name, int initiator, Step step) {
            steps.add(step);
            return this;
        }

        @Override
        public boolean await(BooleanSupplier condition, long timeoutNs) {
            return condition.getAsBoolean();
        }

        @Override
        public void signal() {}

        @Override
        public void pause(int turn) {}

        @Override
        public String name() {
            return "hand";
        }

        @Override
        public void wake() {}

        @Override
        public void wakeAt(long timeNs) {}

        @Override
        public void stop() {}

        @Override
        public boolean done() {
            return false;
        }

        @Override
        public @Nullable Throwable failure() {
            return null;
        }
    }

    private final HandTurned environment = new HandTurned();
    private final Watchdog watchdog = new Watchdog(environment, "watchdog", 0, 800);
    private final Slot slot = new Slot();
    private final List<Long> stalls = new ArrayList<>();

    WatchdogTest() {
        watchdog.watch(slot, stalls::add);
    }

    @Test
    void shouldTellOnceOfACallThatIsTooLong() {
        slot.enter("onPressure");
        for (int i = 0; i < 20; i++) {
            environment.turn(100);
        }

        assertThat(stalls).containsExactly(800L);
        assertThat(slot.callback()).isEqualTo("onPressure");
    }

    @Test
    void shouldNotAddUpShortCalls() {
        for (int i = 0; i < 30; i++) {
            slot.enter("onPressure");
            environment.turn(100);
            slot.exit();
            slot.enter("onPressure");
            environment.turn(100);
            slot.exit();
        }

        assertThat(stalls).isEmpty();
    }

    @Test
    void shouldNotHoldAPauseOfTheWholeMachineAgainstAnybody() {
        slot.enter("onPressure");
        environment.turn(100);
        environment.turn(1_000_000);

        assertThat(stalls).isEmpty();
        for (int i = 0; i < 10; i++) {
            environment.turn(100);
        }
        assertThat(stalls).hasSize(1);
    }

    @Test
    void shouldNotHoldTheHostsWorkAgainstThePlugIn() {
        slot.enter("tick");
        slot.enterHost();
        for (int i = 0; i < 20; i++) {
            environment.turn(100);
        }
        assertThat(stalls).isEmpty();

        slot.exitHost();
        for (int i = 0; i < 8; i++) {
            environment.turn(100);
        }
        assertThat(stalls).containsExactly(800L);
    }

    @Test
    void shouldForgetASlot() {
        slot.enter("onPressure");
        watchdog.forget(slot);
        for (int i = 0; i < 20; i++) {
            environment.turn(100);
        }

        assertThat(stalls).isEmpty();
    }
}
