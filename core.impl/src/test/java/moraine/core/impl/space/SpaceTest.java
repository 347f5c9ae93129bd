package moraine.core.impl.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.testkit.JvmThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class SpaceTest {
    private static final long MIB = 1L << 20;

    private MachineFactoryImpl factory;
    private Machine machine;
    private AddressSpace space;
    private CpuContext cpu;

    @BeforeEach
    void open() {
        factory = new MachineFactoryImpl(new Providers(), Limits.DEFAULT);
        var profile = TestProfiles.devices(64 * MIB, 0, 0, "none", true);
        machine = factory.create(
                MachineSpec.of(profile, MachineSpec.LAST_RESORT), factory.wallClock(new JvmThreads(), 1));
        space = machine.openSpace("s");
        cpu = space.attach(0);
    }

    @AfterEach
    void close() {
        assertThat(machine.check()).isEmpty();
        cpu.close();
        space.close();
        assertThat(machine.check()).isEmpty();
        assertThat(machine.nodes().getFirst().freePages())
                .isEqualTo(machine.nodes().getFirst().pages());
        machine.close();
    }

    /** What is done for each page that there might be takes minutes and a heap of gigabytes here. */
    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldPayForPagesOfSharedMemoryThatThereAreOnly() {
        long bytes = 1L << 42;
        long at = space.mmap(MapRequest.anonymous(bytes).shared());
        cpu.putLong(at, 1);
        cpu.putLong(at + bytes - Pages.SIZE, 2);
        assertThat(machine.check()).isEmpty();
        assertThat(cpu.getLong(at + bytes - Pages.SIZE)).isEqualTo(2);
        space.munmap(at, bytes);
    }

    @Test
    void shouldReadZeroesBeforeTheFirstWrite() {
        long at = space.mmap(MapRequest.anonymous(MIB));
        assertThat(cpu.getLong(at + 8)).isZero();
        assertThat(space.why(at).state()).isEqualTo(PageState.ZERO);
        cpu.putLong(at + 8, 42);
        assertThat(cpu.getLong(at + 8)).isEqualTo(42);
        assertThat(cpu.getLong(at)).isZero();
    }

    @Test
    void shouldKeepWhatWasWritten() {
        long at = space.mmap(MapRequest.anonymous(8 * MIB));
        for (long a = at; a < at + 8 * MIB; a += 1000) {
            cpu.putLong(a & -8, a);
        }
        for (long a = at; a < at + 8 * MIB; a += 1000) {
            assertThat(cpu.getLong(a & -8)).isEqualTo(a);
        }
        PageInfo page = space.why(at);
        assertThat(page.state()).isEqualTo(PageState.PRESENT);
        assertThat(page.node()).isZero();
        assertThat(page.cause()).isEqualTo(Cause.FIRST_TOUCH);
        assertThat(page.mappings()).isEqualTo(1);
    }

    @Test
    void shouldCopyOnWriteAfterFork() {
        long at = space.mmap(MapRequest.anonymous(MIB));
        cpu.putLong(at, 1);
        try (AddressSpace child = space.fork("child");
                CpuContext other = child.attach(0)) {
            assertThat(other.getLong(at)).isEqualTo(1);
            other.putLong(at, 2);
            assertThat(cpu.getLong(at)).isEqualTo(1);
            cpu.putLong(at, 3);
            assertThat(other.getLong(at)).isEqualTo(2);
            assertThat(machine.check()).isEmpty();
        }
    }

    @Test
    void shouldShareSharedMemoryAcrossFork() {
        long at = space.mmap(MapRequest.anonymous(MIB).shared());
        cpu.putLong(at, 1);
        try (AddressSpace child = space.fork("child");
                CpuContext other = child.attach(0)) {
            other.putLong(at, 2);
            other.putLong(at + Pages.SIZE, 5);
            assertThat(cpu.getLong(at)).isEqualTo(2);
            assertThat(cpu.getLong(at + Pages.SIZE)).isEqualTo(5);
            assertThat(machine.check()).isEmpty();
        }
    }

    @Test
    void shouldRefuseWhatTheMappingForbids() {
        long at = space.mmap(MapRequest.anonymous(MIB));
        cpu.putLong(at, 7);
        space.mprotect(at, Pages.SIZE, Protection.READ);
        assertThat(cpu.getLong(at)).isEqualTo(7);
        assertThatThrownBy(() -> cpu.putLong(at, 8))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EFAULT));
        space.mprotect(at, Pages.SIZE, Protection.NONE);
        assertThatThrownBy(() -> cpu.getLong(at)).isInstanceOf(MoraineException.class);
        space.mprotect(at, Pages.SIZE, Protection.READ_WRITE);
        cpu.putLong(at, 9);
        assertThat(cpu.getLong(at)).isEqualTo(9);
    }

    @Test
    void shouldForgetWhatWasUnmapped() {
        long at = space.mmap(MapRequest.anonymous(4 * MIB));
        cpu.putLong(at + MIB, 7);
        space.munmap(at + MIB, MIB);
        assertThatThrownBy(() -> cpu.getLong(at + MIB)).hasMessageContaining("outside every mapping");
        assertThat(space.info().mappings()).hasSize(2);
        long again = space.mmap(MapRequest.anonymous(MIB).at(at + MIB));
        assertThat(cpu.getLong(again)).isZero();
    }

    @Test
    void shouldMoveEntriesWithTheMapping() {
        long at = space.mmap(MapRequest.anonymous(4 * MIB));
        for (long a = at; a < at + 4 * MIB; a += Pages.SIZE) {
            cpu.putLong(a, a);
        }
        space.mmap(MapRequest.anonymous(MIB).at(at + 4 * MIB));
        long to = space.mremap(at + MIB, MIB, 3 * MIB, true);
        for (long a = 0; a < MIB; a += Pages.SIZE) {
            assertThat(cpu.getLong(to + a)).isEqualTo(at + MIB + a);
        }
        assertThat(cpu.getLong(to + 2 * MIB)).isZero();
        assertThatThrownBy(() -> cpu.getLong(at + MIB)).isInstanceOf(MoraineException.class);
    }

    @Test
    void shouldTellWhatIsWrongWithARequest() {
        assertThatThrownBy(() -> space.munmap(5, 10)).hasMessageContaining("not a multiple of 4096");
        assertThatThrownBy(() -> space.mprotect(1 << 20, 4096, Protection.READ)).hasMessageContaining("map it first");
        assertThatThrownBy(() -> cpu.getLong(3)).hasMessageContaining("align");
        assertThatThrownBy(() -> space.mbind(space.mmap(MapRequest.anonymous(4096)), 4096, MemoryPolicy.bind(5)))
                .hasMessageContaining("leaves no node");
    }
}
