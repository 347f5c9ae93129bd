package moraine.core.impl.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Step;
import moraine.core.impl.plugins.Eventually;
import moraine.core.impl.plugins.WallClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ThreadedEnvironmentTest {
    private static final long LONG_NS = 30_000_000_000L;

    private final Environment environment = WallClock.environment();

    @Test
    void shouldRunAnActorOnANamedThreadUntilDone() {
        var name = new AtomicReference<String>();
        Actor actor = environment.actors().start("worker", 0, _ -> {
            name.set(Thread.currentThread().getName());
            return Step.Progress.DONE;
        });

        assertThat(environment.actors().await(actor::done, LONG_NS)).isTrue();
        assertThat(name.get()).isEqualTo("worker");
        assertThat(actor.failure()).isNull();
    }

    @Test
    void shouldKeepAWakeThatArrivesDuringAStep() {
        var steps = new AtomicInteger();
        Actor actor = environment.actors().start("worker", 0, self -> {
            if (steps.incrementAndGet() == 2) {
                return Step.Progress.DONE;
            }
            self.wake();
            return Step.Progress.IDLE;
        });

        assertThat(environment.actors().await(actor::done, LONG_NS)).isTrue();
        assertThat(steps).hasValue(2);
    }

    @Test
    @Timeout(300)
    void shouldLoseNoWakeBetweenTwoActors() {
        var ball = new AtomicInteger();
        List<Actor> players = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 2; i++) {
            int mine = i;
            players.add(environment.actors().start("player-" + i, 0, _ -> play(ball, mine, players)));
        }
        players.getFirst().wake();

        while (ball.get() < 20_000) {
            int before = ball.get();
            Eventually.holds("the ball moves", () -> ball.get() > before);
        }
        players.forEach(Actor::stop);
    }

    private Step.Progress play(AtomicInteger ball, int mine, List<Actor> players) {
        if (ball.get() % 2 == mine && players.size() == 2) {
            ball.incrementAndGet();
            players.get(1 - mine).wake();
        }
        return Step.Progress.IDLE;
    }

    @Test
    void shouldStepAgainAtTheTimeThatWasGiven() {
        var firstNs = new AtomicLong();
        var secondNs = new AtomicLong();
        Actor actor = environment.actors().start("timer", 0, self -> {
            long nowNs = environment.clock().nowNs();
            if (firstNs.compareAndSet(0, nowNs)) {
                self.wakeAt(nowNs + 5_000_000);
                return Step.Progress.IDLE;
            }
            secondNs.set(nowNs);
            return Step.Progress.DONE;
        });

        assertThat(environment.actors().await(actor::done, LONG_NS)).isTrue();
        assertThat(secondNs.get() - firstNs.get()).isGreaterThanOrEqualTo(5_000_000);
    }

    @Test
    void shouldEndAnIdleActorThatIsStopped() {
        Actor actor = environment.actors().start("idler", 0, _ -> Step.Progress.IDLE);
        actor.stop();

        assertThat(environment.actors().await(actor::done, LONG_NS)).isTrue();
    }

    @Test
    void shouldKeepWhatEndedAnActor() {
        Actor actor = environment.actors().start("thrower", 0, _ -> {
            throw new IllegalStateException("broken");
        });

        assertThat(environment.actors().await(actor::done, LONG_NS)).isTrue();
        assertThat(actor.failure()).isInstanceOf(IllegalStateException.class).hasMessage("broken");
    }

    @Test
    void shouldStopWaitingWhenTheTimeIsUp() {
        long startNs = environment.clock().nowNs();

        assertThat(environment.actors().await(() -> false, 3_000_000)).isFalse();
        assertThat(environment.clock().nowNs() - startNs).isGreaterThanOrEqualTo(3_000_000);
    }

    @Test
    void shouldLookAgainWhenSignalled() {
        var flag = new AtomicBoolean();
        var looks = new AtomicInteger();
        environment.actors().start("signaller", 0, _ -> {
            if (looks.get() == 0) {
                return Step.Progress.MORE;
            }
            flag.set(true);
            environment.actors().signal();
            return Step.Progress.DONE;
        });

        boolean held = environment
                .actors()
                .await(
                        () -> {
                            looks.incrementAndGet();
                            return flag.get();
                        },
                        LONG_NS);

        assertThat(held).isTrue();
    }

    @Test
    void shouldWaitOnAnInterruptedThreadAndLeaveItInterrupted() {
        Thread.currentThread().interrupt();

        assertThat(environment.actors().await(() -> false, 1_000_000)).isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void shouldReturnFromEveryTurnOfAPause() {
        for (int turn = 0; turn < 140; turn++) {
            environment.actors().pause(turn);
        }

        assertThat(environment.clock().virtual()).isFalse();
    }

    @Test
    void shouldSeedRandomByPurposeOnly() {
        long first = environment.random("a").nextLong();

        assertThat(WallClock.environment().random("a").nextLong()).isEqualTo(first);
        assertThat(environment.random("b").nextLong()).isNotEqualTo(first);
    }
}
