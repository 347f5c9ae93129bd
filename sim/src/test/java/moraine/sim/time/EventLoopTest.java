package moraine.sim.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Step.Progress;
import moraine.sim.profile.Profiles;
import org.junit.jupiter.api.Test;

final class EventLoopTest {
    private static final long FOREVER = Long.MAX_VALUE;

    private final VirtualEnvironment environment = new VirtualEnvironment(Profiles.load("gh200"), Map.of(), 1);
    private final EventLoop loop = environment.actors();
    private final List<String> log = new ArrayList<>();

    private void compute(long ns) {
        environment.meter().charge(Cost.COMPUTE, 0, 0, 0, ns);
    }

    private Actor worker(String name, int steps, long ns) {
        int[] left = {steps};
        return loop.start(name, 0, self -> {
            compute(ns);
            log.add(name + "@" + loop.nowNs());
            return --left[0] == 0 ? Progress.DONE : Progress.MORE;
        });
    }

    @Test
    void shouldAdvanceTheActorThatIsFurthestBehind() {
        Actor slow = worker("slow", 2, 100);
        Actor fast = worker("fast", 4, 30);
        assertThat(loop.await(() -> slow.done() && fast.done(), FOREVER)).isTrue();
        assertThat(log).containsExactly("slow@100", "fast@30", "fast@60", "fast@90", "fast@120", "slow@200");
        assertThat(loop.nowNs()).isEqualTo(200);
    }

    @Test
    void shouldPreferTheOlderActorOnATie() {
        Actor first = worker("first", 2, 10);
        Actor second = worker("second", 2, 10);
        loop.await(() -> first.done() && second.done(), FOREVER);
        assertThat(log).containsExactly("first@10", "second@10", "first@20", "second@20");
    }

    @Test
    void shouldWakeAnIdleActorAtTheWakersTime() {
        boolean[] served = {false};
        Actor server = loop.start("server", 0, self -> {
            log.add("server@" + loop.nowNs());
            served[0] = loop.nowNs() > 0;
            return Progress.IDLE;
        });
        loop.start("client", 0, self -> {
            compute(70);
            server.wake();
            compute(30);
            return Progress.DONE;
        });
        assertThat(loop.await(() -> served[0], FOREVER)).isTrue();
        assertThat(log).containsExactly("server@0", "server@70");
    }

    @Test
    void shouldKeepAWakeThatArrivesDuringTheStep() {
        int[] steps = {0};
        loop.start("self", 0, self -> {
            if (steps[0]++ == 0) {
                self.wake();
            }
            return Progress.IDLE;
        });
        assertThat(loop.await(() -> false, FOREVER)).isFalse();
        assertThat(steps[0]).isEqualTo(2);
    }

    @Test
    void shouldStepAgainAtTheTimeAskedFor() {
        loop.start("ticker", 0, self -> {
            log.add("tick@" + loop.nowNs());
            self.wakeAt(loop.nowNs() + 1000);
            return log.size() == 3 ? Progress.DONE : Progress.IDLE;
        });
        assertThat(loop.await(() -> false, FOREVER)).isFalse();
        assertThat(log).containsExactly("tick@0", "tick@1000", "tick@2000");
    }

    @Test
    void shouldNotRunBeyondTheTimeout() {
        Actor worker = worker("worker", 100, 10);
        assertThat(loop.await(worker::done, 95)).isFalse();
        assertThat(log).hasSize(10);
    }

    @Test
    void shouldGiveUpWhenNobodyCanRun() {
        loop.start("sleeper", 0, self -> Progress.IDLE);
        assertThat(loop.await(() -> false, FOREVER)).isFalse();
    }

    @Test
    void shouldTellDaemonsFromTheProgram() {
        Actor daemon = daemon();
        Actor program = worker("program", 2, 100);
        assertThat(loop.await(program::done, FOREVER)).isTrue();
        assertThat(daemon.done()).isTrue();
        Account beside = loop.accounts().get(1);
        assertThat(beside.spentNs(Spent.FILES)).isGreaterThan(200);
        Timeline timeline = loop.timeline();
        assertThat(timeline.spentNs(Spent.FILES)).isZero();
        assertThat(timeline.spentNs(Spent.COMPUTE)).isEqualTo(200);
        assertThat(timeline.elapsedNs()).isEqualTo(200);
    }

    @Test
    void shouldAwaitADaemonThatDoesWhatIsAwaited() {
        Actor daemon = daemon();
        assertThat(loop.await(daemon::done, FOREVER)).isTrue();
        assertThat(loop.timeline().elapsedNs())
                .isEqualTo(loop.accounts().get(1).nowNs())
                .isGreaterThan(0);
    }

    @Test
    void shouldLetDaemonsTimePassForWhoWaitsForTime() {
        daemon();
        assertThat(loop.await(() -> false, FOREVER)).isFalse();
        assertThat(loop.timeline().elapsedNs())
                .isEqualTo(loop.accounts().get(1).nowNs())
                .isGreaterThan(0);
    }

    private Actor daemon() {
        return loop.startBeside("daemon", 0, self -> {
            environment.meter().charge(Cost.FILE, 0, 0, 0, 1 << 20);
            return Progress.DONE;
        });
    }

    @Test
    void shouldKeepTheFailureAndRunOthersOn() {
        Actor broken = loop.start("broken", 0, self -> {
            throw new IllegalArgumentException("planted");
        });
        Actor other = worker("other", 3, 1);
        assertThat(loop.await(other::done, FOREVER)).isTrue();
        assertThat(broken.done()).isTrue();
        assertThat(broken.failure()).hasMessage("planted");
        assertThat(loop.failures()).containsExactly(broken.failure());
    }

    @Test
    void shouldEndAStoppedActorBeforeItsNextStep() {
        Actor worker = worker("worker", 100, 10);
        loop.await(() -> log.size() == 2, FOREVER);
        worker.stop();
        assertThat(worker.done()).isTrue();
        assertThat(loop.await(() -> log.size() == 3, FOREVER)).isFalse();
    }

    @Test
    void shouldRefuseToWaitWithinAStep() {
        Actor actor = loop.start("waiter", 0, self -> {
            loop.await(() -> true, 1);
            return Progress.DONE;
        });
        loop.await(actor::done, FOREVER);
        assertThat(actor.failure()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> loop.pause(0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldStartActorsAtTheTimeOfWhoStartsThem() {
        Actor first = worker("first", 1, 50);
        loop.await(first::done, FOREVER);
        Actor second = worker("second", 1, 5);
        loop.await(second::done, FOREVER);
        assertThat(log).containsExactly("first@50", "second@55");
    }

    @Test
    void shouldDivideElapsedTimeWithoutRest() {
        Actor first = worker("first", 3, 100);
        Actor second = worker("second", 3, 70);
        loop.await(() -> first.done() && second.done(), FOREVER);
        double sum = 0;
        for (Spent kind : Spent.values()) {
            sum += loop.timeline().spentNs(kind);
        }
        assertThat(sum).isEqualTo(loop.timeline().elapsedNs()).isEqualTo(300);
        assertThat(loop.accounts()).extracting(Account::name).containsExactly("caller", "first", "second");
    }

    @Test
    void shouldDrawTheSameNumbersForTheSameSeedAndPurpose() {
        var again = new VirtualEnvironment(Profiles.load("gh200"), Map.of(), 1);
        var other = new VirtualEnvironment(Profiles.load("gh200"), Map.of(), 2);
        long drawn = environment.random("graph").nextLong();
        assertThat(again.random("graph").nextLong()).isEqualTo(drawn);
        assertThat(again.random("other").nextLong()).isNotEqualTo(drawn);
        assertThat(other.random("graph").nextLong()).isNotEqualTo(drawn);
    }
}
