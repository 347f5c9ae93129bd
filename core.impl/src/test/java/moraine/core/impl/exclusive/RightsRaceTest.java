package moraine.core.impl.exclusive;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.Protection;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.machine.Pair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Exclusive access and pins against everything that goes on beside, with real threads. */
@Timeout(180)
final class RightsRaceTest {
    private static final int PAGES = 4;
    private static final long BYTES = (long) PAGES * Pages.SIZE;
    private static final int TURNS = 300;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> running = new ArrayList<>();
    private final List<AtomicLong> through = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();

    @AfterEach
    void stop() throws InterruptedException {
        over.set(true);
        threads.shutdown();
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }

    /** Repeats something beside until the test is over; it answers whether it did what it tried. */
    private void beside(Callable<Boolean> action) {
        var done = new AtomicLong();
        through.add(done);
        running.add(threads.submit(() -> {
            while (!over.get()) {
                done.addAndGet(action.call() ? 1 : 0);
            }
            return null;
        }));
    }

    /** {@return whether the test is to go on: until its turns are over and everybody got through beside the others} */
    private boolean more(int turn) {
        return turn < TURNS
                || through.stream().anyMatch(done -> done.get() == 0)
                        && running.stream().noneMatch(Future::isDone);
    }

    private void ended() throws Exception {
        over.set(true);
        for (Future<?> each : running) {
            each.get(60, TimeUnit.SECONDS);
        }
    }

    /** Moves pages to and fro. */
    private static Callable<Boolean> moving(Pair pair, long at) {
        var turns = new AtomicInteger();
        return () -> pair.space
                        .migrate(at, BYTES, turns.incrementAndGet() & 1, Cause.USER)
                        .movedPages()
                > 0;
    }

    private static boolean unless(Errno refusal, Runnable action) {
        try {
            action.run();
            return true;
        } catch (MoraineException e) {
            if (e.errno() != refusal) {
                throw e;
            }
            return false;
        }
    }

    @Test
    void shouldPinBesideMigrationAndEviction() throws Exception {
        try (var pair = Pair.hasty(true, TestPolicy.Kind.NODE, "")) {
            long at = pair.written(PAGES);
            beside(moving(pair, at));
            beside(() -> pair.evict(1, PAGES) >= 0);
            long added = 0;
            for (int turn = 0; more(turn); turn++) {
                PinKind kind = PinKind.values()[turn & 1];
                try (Pin pin = pair.space.pin(at, BYTES, kind, Intent.WRITE)) {
                    int node = pin.node(0);
                    long[] word = new long[1];
                    for (int i = 0; i < 20; i++) {
                        pin.read(0, MemorySegment.ofArray(word));
                        word[0]++;
                        pin.write(0, MemorySegment.ofArray(word));
                        assertThat(pair.cpu.getAndAddLong(at, 1)).isEqualTo(word[0]);
                        added += 2;
                    }
                    assertThat(pair.space.why(at).node()).isEqualTo(node);
                    assertThat(kind == PinKind.SHORT || node == 0).isTrue();
                } catch (MoraineException e) {
                    assertThat(e.errno()).isEqualTo(Errno.EBUSY);
                }
                Thread.yield();
            }
            ended();
            assertThat(pair.cpu.getLong(at)).isEqualTo(1 + added);
        }
    }

    @Test
    void shouldForkBesideExclusiveAccess() throws Exception {
        try (var pair = Pair.hasty(false, TestPolicy.Kind.HIDDEN, "(remote=true)")) {
            long at = pair.written(PAGES);
            beside(() -> unless(Errno.EBUSY, () -> pair.device(0).exclusive(pair.space, at, BYTES)));
            long[] additions = new long[1];
            beside(() -> {
                pair.run(1, memory -> memory.getAndAddLong(at, 1));
                additions[0]++;
                return true;
            });
            long mine = 0;
            for (int turn = 0; more(turn); turn++) {
                try (AddressSpace child = pair.space.fork("child");
                        CpuContext other = child.attach(0)) {
                    long word = other.getLong(at);
                    pair.cpu.getAndAddLong(at, 1);
                    mine++;
                    assertThat(other.getAndAddLong(at, 100)).isEqualTo(word);
                    assertThat(other.getLong(at)).isEqualTo(word + 100);
                }
            }
            ended();
            assertThat(pair.cpu.getLong(at)).isEqualTo(1 + mine + additions[0]);
        }
    }

    @Test
    void shouldForkBesidePins() throws Exception {
        try (var pair = Pair.hasty(false, TestPolicy.Kind.HIDDEN, "")) {
            long at = pair.written(PAGES);
            long[] added = new long[1];
            beside(() -> unless(Errno.EBUSY, () -> {
                try (Pin pin = pair.space.pin(at, BYTES, PinKind.LONG, Intent.WRITE)) {
                    long[] word = new long[1];
                    pin.read(Pages.SIZE, MemorySegment.ofArray(word));
                    assertThat(word[0]).isEqualTo(2 + added[0]);
                    word[0]++;
                    pin.write(Pages.SIZE, MemorySegment.ofArray(word));
                    added[0]++;
                }
            }));
            for (int turn = 0; more(turn); turn++) {
                try (AddressSpace child = pair.space.fork("child");
                        CpuContext other = child.attach(0)) {
                    long word = other.getLong(at + Pages.SIZE);
                    pair.cpu.putLong(at, turn);
                    assertThat(other.getLong(at + Pages.SIZE)).isEqualTo(word);
                    other.putLong(at + Pages.SIZE, -1);
                }
            }
            ended();
            assertThat(pair.cpu.getLong(at + Pages.SIZE)).isEqualTo(2 + added[0]);
        }
    }

    @Test
    void shouldTakeRightsBesideProtectionMovesAndAdvice() throws Exception {
        try (var pair = new Pair(true, TestPolicy.Kind.NODE, "")) {
            long at = pair.written(PAGES);
            for (int device = 0; device < 2; device++) {
                int mine = device;
                beside(() -> unless(Errno.EPERM, () -> pair.device(mine).exclusive(pair.space, at, BYTES)));
            }
            beside(moving(pair, at));
            long last = 0;
            for (int turn = 0; more(turn); turn++) {
                pair.cpu.putLong(at, turn);
                pair.space.mprotect(at, BYTES, Protection.READ);
                assertThat(pair.cpu.getLong(at)).isEqualTo(turn);
                pair.space.mprotect(at, BYTES, Protection.READ_WRITE);
                pair.space.advise(at + Pages.SIZE, Pages.SIZE, Advice.DEAD);
                assertThat(pair.cpu.getLong(at + Pages.SIZE)).isZero();
                pair.cpu.putLong(at + Pages.SIZE, 5);
                last = turn;
            }
            ended();
            assertThat(pair.cpu.getLong(at)).isEqualTo(last);
        }
    }

    @Test
    void shouldLoseNoWriteBesideLazyFree() throws Exception {
        try (var pair = new Pair(true, TestPolicy.Kind.NODE, "")) {
            long at = pair.written(PAGES);
            pair.space.migrate(at, BYTES, 1, Cause.USER);
            beside(() -> pair.evict(1, PAGES) >= 0);
            long dropped = 0;
            for (int turn = 1; more(turn / 10); turn++) {
                pair.space.advise(at, BYTES, Advice.FREE);
                long found = pair.cpu.getLong(at);
                assertThat(found).isIn(0L, turn == 1 ? 1L : turn - 1L);
                dropped += found == 0 ? 1 : 0;
                pair.cpu.putLong(at, turn);
                assertThat(pair.cpu.getLong(at)).isEqualTo(turn);
                if (turn % 8 == 0) {
                    pair.space.migrate(at, BYTES, 1, Cause.USER);
                }
            }
            ended();
            assertThat(pair.under.machine().counter("advice.dropped.pages")).isGreaterThanOrEqualTo(dropped);
        }
    }
}
