package moraine.core.impl.space;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.PageStatus;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.TopologyProfile;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Clock;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Meter;
import moraine.core.api.time.Step;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.WallClock;
import moraine.core.impl.tables.Pte;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A page that somebody holds for a moment moves all the same when an application asks for it. */
final class HeldPagesTest {
    private static final long BYTES = 4 * Pages.SIZE;

    private final Pausing time = new Pausing();
    private final TestMachine under =
            TestMachine.create(MachineSpec.of(twoSockets(), MachineSpec.LAST_RESORT), new Providers(), time);
    private final Frames frames = under.mechanism().rooms().frames;
    private final SpaceImpl space = (SpaceImpl) under.machine().openSpace("held");
    private final CpuContext cpu = space.attach(0);
    private final long at = space.mmap(MapRequest.anonymous(BYTES));

    HeldPagesTest() {
        for (long page = at; page < at + BYTES; page += Pages.SIZE) {
            cpu.putLong(page, page);
        }
    }

    @AfterEach
    void close() {
        for (long page = at; page < at + BYTES; page += Pages.SIZE) {
            assertThat(cpu.getLong(page)).isEqualTo(page);
        }
        cpu.close();
        assertThat(under.machine().check()).isEmpty();
        space.close();
        under.close();
    }

    private long holdFirst() {
        long pfn = Pte.pfn(space.table().get(at));
        assertThat(frames.hold(pfn)).isTrue();
        return pfn;
    }

    private void release(long pfn) {
        frames.unlock(pfn);
        frames.put(pfn);
    }

    @Test
    void shouldMoveAPageOfARangeThatIsHeldForAMoment() {
        long held = holdFirst();
        time.onPause(() -> release(held));

        assertThat(space.migrate(at, BYTES, 1, Cause.USER)).isEqualTo(new MigrationReport(4, 4, 0, 0));
    }

    @Test
    void shouldMoveAPageOfAListThatIsHeldForAMoment() {
        long held = holdFirst();
        time.onPause(() -> release(held));

        assertThat(space.movePages(new long[] {at, at + Pages.SIZE}, new int[] {1, 1}, false))
                .containsExactly(new PageStatus(at, 1, Errno.OK), new PageStatus(at + Pages.SIZE, 1, Errno.OK));
    }

    @Test
    void shouldLeaveAPageThatIsHeldOn() {
        long held = holdFirst();

        assertThat(space.migrate(at, BYTES, 1, Cause.USER)).isEqualTo(new MigrationReport(4, 3, 0, 1));
        assertThat(time.pauses).isEqualTo(9);
        assertThat(space.movePages(new long[] {at}, new int[] {1}, false))
                .containsExactly(new PageStatus(at, -1, Errno.EBUSY));
        release(held);
    }

    @Test
    void shouldNotWaitForPagesThatAreThere() {
        assertThat(space.migrate(at, BYTES, 0, Cause.USER)).isEqualTo(new MigrationReport(4, 0, 4, 0));
        assertThat(time.pauses).isZero();
    }

    private static TopologyProfile twoSockets() {
        var bytes = Quantity.assumed(64 << 20, "bytes");
        return new TopologyProfile(
                "two sockets",
                "",
                List.of(
                        new NodeSpec(0, "cpu0", NodeKind.CPU, null, bytes),
                        new NodeSpec(1, "cpu1", NodeKind.CPU, null, bytes)),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    /** Wall-clock time that counts the pauses of the test's thread, and acts at the first. */
    private static final class Pausing implements Environment, Actors {
        private final Environment time = WallClock.environment();
        private final Thread test = Thread.currentThread();
        private @Nullable Runnable action;
        private int pauses;

        void onPause(Runnable acts) {
            action = acts;
        }

        @Override
        public void pause(int turn) {
            if (Thread.currentThread() != test) {
                time.actors().pause(turn);
                return;
            }
            pauses++;
            Runnable acts = action;
            action = null;
            if (acts != null) {
                acts.run();
            }
        }

        @Override
        public Actor start(String name, int initiator, Step step) {
            return time.actors().start(name, initiator, step);
        }

        @Override
        public boolean await(BooleanSupplier condition, long timeoutNs) {
            return time.actors().await(condition, timeoutNs);
        }

        @Override
        public void signal() {
            time.actors().signal();
        }

        @Override
        public Clock clock() {
            return time.clock();
        }

        @Override
        public Actors actors() {
            return this;
        }

        @Override
        public @Nullable Meter meter() {
            return time.meter();
        }

        @Override
        public RandomGenerator random(String purpose) {
            return time.random(purpose);
        }
    }
}
