package moraine.core.impl.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Step;
import moraine.core.impl.counters.Counters;
import moraine.core.impl.plugins.Eventually;
import moraine.core.impl.plugins.Patience;
import moraine.core.impl.plugins.WallClock;
import moraine.testkit.HandsOn;
import moraine.testkit.HandsOnActors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class LineTest {
    private static final long HOUR_NS = TimeUnit.HOURS.toNanos(1);

    private final AtomicInteger calls = new AtomicInteger();
    private final Guard guard = new Guard(Patience.LIMITS, new HostCounters(new Counters()), _ -> {});

    /** An environment whose actors are stopped before they come to their first step. */
    private static final class Late extends HandsOn {
        private final Actors actors;

        Late() {
            super(WallClock.environment());
            actors = new HandsOnActors(super.actors()) {
                @Override
                public Actor start(String name, int initiator, Step step) {
                    return new Stopped(name, this);
                }
            };
        }

        @Override
        public Actors actors() {
            return actors;
        }
    }

    private record Stopped(String name, Actors told) implements Actor {
        @Override
        public void wake() {}

        @Override
        public void wakeAt(long timeNs) {}

        @Override
        public void stop() {
            told.signal();
        }

        @Override
        public boolean done() {
            return true;
        }

        @Override
        public @Nullable Throwable failure() {
            return null;
        }
    }

    @Test
    void shouldAnswerWhatTheCallbackDid() {
        var line = new Line(WallClock.environment(), "line", 0, guard);
        assertThat(line.run("count", calls::incrementAndGet, HOUR_NS)).isEqualTo(Line.OK);
        assertThat(line.end(HOUR_NS)).isTrue();
        assertThat(line.run("count", calls::incrementAndGet, HOUR_NS)).isEqualTo(Line.UNUSABLE);
        assertThat(calls).hasValue(1);
    }

    /** The line ends between the asking and the call: nobody calls any more, and who asked need not wait for it. */
    @Test
    void shouldLetGoWhoAskedBeforeItEnded() {
        var line = new Line(new Late(), "line", 0, guard);
        var asked = CompletableFuture.supplyAsync(() -> line.run("count", calls::incrementAndGet, HOUR_NS));
        Eventually.holds("it asks", line::busy);
        assertThat(asked).isNotDone();

        assertThat(line.end(HOUR_NS)).isTrue();

        assertThat(asked).succeedsWithin(Duration.ofMinutes(1)).isEqualTo(Line.UNUSABLE);
        assertThat(line.busy()).isFalse();
        assertThat(calls).hasValue(0);
    }
}
