package moraine.core.impl.space;

import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.PageStatus;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Actors;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.WallClock;
import moraine.core.impl.tables.Pte;
import moraine.testkit.HandsOn;
import moraine.testkit.HandsOnActors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A page that somebody holds for a moment moves all the same when an application asks for it. */
final class HeldPagesTest {
    private static final long BYTES = 4 * Pages.SIZE;

    private final Pausing time = new Pausing();
    private final TestMachine under = TestMachine.create(
            MachineSpec.of(TestProfiles.twoSockets(), MachineSpec.LAST_RESORT), new Providers(), time);
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

    /** Wall-clock time that counts the pauses of the test's thread, and acts at the first. */
    private static final class Pausing extends HandsOn {
        private final Thread test = Thread.currentThread();
        private final Actors actors;
        private @Nullable Runnable action;
        private int pauses;

        Pausing() {
            super(WallClock.environment());
            actors = new HandsOnActors(super.actors()) {
                @Override
                public void pause(int turn) {
                    if (Thread.currentThread() == test) {
                        act();
                    } else {
                        super.pause(turn);
                    }
                }
            };
        }

        void onPause(Runnable acts) {
            action = acts;
        }

        private void act() {
            pauses++;
            Runnable acts = action;
            action = null;
            if (acts != null) {
                acts.run();
            }
        }

        @Override
        public Actors actors() {
            return actors;
        }
    }
}
