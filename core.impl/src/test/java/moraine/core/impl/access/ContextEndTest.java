package moraine.core.impl.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.WallClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Accesses that fail half way, and contexts that are used after their end. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ContextEndTest {
    private TestMachine under;
    private AddressSpace space;
    private long at;

    @BeforeEach
    void open() {
        var profile = TestProfiles.devices(16L << 20, 4L << 20, 0, "none", true);
        under = TestMachine.create(
                MachineSpec.of(profile, MachineSpec.LAST_RESORT), new Providers(), WallClock.environment());
        space = under.machine().openSpace("s");
        at = space.mmap(MapRequest.anonymous(4L * Pages.SIZE));
    }

    @AfterEach
    void close() {
        assertThat(under.machine().check()).isEmpty();
        under.close();
    }

    @Test
    void shouldLeaveTheSectionWhenTheTargetCannotBeWritten() {
        try (CpuContext cpu = space.attach(0)) {
            cpu.putLong(at, 1);
            MemorySegment readOnly = MemorySegment.ofArray(new byte[8]).asReadOnly();
            assertThatThrownBy(() -> cpu.read(at, readOnly)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> cpu.write(at, closedSegment())).isInstanceOf(IllegalStateException.class);
            unmapFromElsewhere();
        }
    }

    private static MemorySegment closedSegment() {
        try (Arena arena = Arena.ofConfined()) {
            return arena.allocate(8, 8);
        }
    }

    /** Hangs when a context is thought to be inside its section for ever. */
    private void unmapFromElsewhere() {
        Thread other = Thread.ofPlatform().daemon().start(() -> space.munmap(at, Pages.SIZE));
        try {
            other.join(30_000);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertThat(other.isAlive()).isFalse();
        assertThat(space.why(at).state()).isEqualTo(PageState.NONE);
    }

    @Test
    void shouldTranslateNothingOnceClosed() {
        CpuContext cpu = space.attach(0);
        cpu.putLong(at, 1);
        cpu.close();
        assertThatThrownBy(() -> cpu.getLong(at))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
        assertThatThrownBy(() -> cpu.putLong(at, 2)).isInstanceOf(MoraineException.class);
        try (CpuContext other = space.attach(0)) {
            assertThat(other.getLong(at)).isEqualTo(1);
        }
    }
}
