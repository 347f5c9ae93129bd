package moraine.core.impl.cache;

import static moraine.core.impl.cache.DeviceMachines.load;
import static moraine.core.impl.cache.DeviceMachines.store;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.host.Mappable;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.migration.Evictor;
import moraine.core.impl.plugins.VirtualEnvironment;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Mappings that a driver filled. */
final class BufferTest {
    private static final int PAGES = 6;
    private static final long BYTES = (long) PAGES * Pages.SIZE;

    private final TestMachine under = DeviceMachines.create("hidden", new VirtualEnvironment());
    private final Machine machine = under.machine();
    private final AddressSpace space = machine.openSpace("s");
    private final Mappable buffer = machine.device("gpu0").buffer(BYTES - 5);

    @AfterEach
    void close() {
        assertThat(machine.check()).isEmpty();
        space.close();
        buffer.close();
        assertThat(machine.check()).isEmpty();
        assertThat(machine.nodes().getFirst().freePages())
                .isEqualTo(machine.nodes().getFirst().pages());
        under.close();
    }

    private static MapRequest request() {
        return MapRequest.anonymous(BYTES);
    }

    private static void fails(Errno errno, ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    /** Where a page has all the references that can be counted, the mapping comes without it. */
    @Test
    void shouldMapNoPageWithoutAReference() {
        long own = space.mmap(request().shared(), buffer, 0);
        Frames frames = under.mechanism().rooms().frames;
        long pfn = Pte.pfn(((SpaceImpl) space).table().get(own));
        int taken = 0;
        while (frames.get(pfn)) {
            taken++;
        }
        long later = space.mmap(request().shared(), buffer, 0);
        assertThat(((SpaceImpl) space).table().get(later)).isEqualTo(Pte.NONE);
        for (int i = 0; i < taken; i++) {
            frames.put(pfn);
        }
        assertThat(machine.check()).isEmpty();
        try (CpuContext cpu = space.attach(0)) {
            cpu.putLong(later, 9);
            assertThat(cpu.getLong(own)).isEqualTo(9);
        }
    }

    @Test
    void shouldMapAllPagesAtOnce() {
        assertThat(buffer.bytes()).isEqualTo(BYTES);
        long own = space.mmap(request(), buffer, 0);
        long shared = space.mmap(request().shared(), buffer, 0);
        assertThat(space.pages(own, BYTES, 100))
                .hasSize(PAGES)
                .allMatch(page -> page.state() == PageState.PRESENT && !page.writable());
        assertThat(space.pages(shared, BYTES, 100)).hasSize(PAGES).allMatch(page -> page.writable());
        assertThat(machine.counter("cpu.faults")).isZero();
    }

    @Test
    void shouldCopyWhatAPrivateMappingWrites() {
        long own = space.mmap(request(), buffer, 0);
        long shared = space.mmap(request().shared(), buffer, 0);
        try (CpuContext cpu = space.attach(0)) {
            cpu.putLong(shared, 1);
            assertThat(cpu.getLong(own)).isEqualTo(1);
            cpu.putLong(own, 2);
            assertThat(cpu.getLong(shared)).isEqualTo(1);
            store(under, space, own + Pages.SIZE, 3);
            assertThat(cpu.getLong(shared + Pages.SIZE)).isZero();
            assertThat(cpu.getLong(own + Pages.SIZE)).isEqualTo(3);
        }
    }

    @Test
    void shouldStayWhereItIs() {
        long shared = space.mmap(request().shared(), buffer, 0);
        long own = space.mmap(request(), buffer, 0);
        store(under, space, shared, 4);
        assertThat(load(under, space, own)).isEqualTo(4);
        assertThat(space.why(shared).node()).isZero();
        assertThat(space.why(own).node()).isZero();
        var rooms = under.mechanism().rooms();
        var agent = rooms.begin();
        assertThat(new Evictor(rooms).evict(agent, 0, 100)).isZero();
        rooms.done(agent);
    }

    @Test
    void shouldNotMoveWhereFilesWould() {
        try (var other = DeviceMachines.create("node", new VirtualEnvironment())) {
            AddressSpace there = other.machine().openSpace("there");
            Mappable its = other.machine().device("gpu0").buffer(BYTES);
            long shared = there.mmap(request().shared(), its, 0);
            long own = there.mmap(request(), its, 0);
            assertThat(there.migrate(shared, BYTES, 1, Cause.USER).movedPages()).isZero();
            assertThat(there.migrate(own, BYTES, 1, Cause.USER).movedPages()).isZero();
            try (CpuContext cpu = there.attach(0)) {
                cpu.putLong(own, 1);
            }
            assertThat(there.migrate(own, BYTES, 1, Cause.USER).movedPages())
                    .as("its private copy")
                    .isOne();
            assertThat(other.machine().check()).isEmpty();
        }
    }

    @Test
    void shouldBeThereForForksAndAfterProtection() {
        long shared = space.mmap(request().shared(), buffer, 0);
        long own = space.mmap(request().protect(Protection.NONE), buffer, 0);
        space.mprotect(own, BYTES, Protection.READ_WRITE);
        try (AddressSpace child = space.fork("child");
                CpuContext cpu = child.attach(0)) {
            cpu.putLong(shared, 5);
            assertThat(cpu.getLong(own)).isEqualTo(5);
            cpu.putLong(own, 6);
            assertThat(machine.check()).isEmpty();
        }
        assertThat(load(under, space, own)).isEqualTo(5);
    }

    @Test
    void shouldRefuseToReachBeyondItsEnd() {
        fails(Errno.EINVAL, () -> space.mmap(request(), buffer, Pages.SIZE));
        long at = space.mmap(MapRequest.anonymous(Pages.SIZE), buffer, BYTES - Pages.SIZE);
        fails(Errno.EFAULT, () -> space.mremap(at, Pages.SIZE, 2L * Pages.SIZE, true));
        fails(Errno.EINVAL, () -> machine.device("gpu0").buffer(0));
        fails(Errno.ENOMEM, () -> machine.device("gpu0").buffer(64L << 20));
    }

    @Test
    void shouldOutliveItsHandle() {
        Mappable other = machine.device("gpu0").buffer(Pages.SIZE);
        long free = machine.nodes().getFirst().freePages();
        long at = space.mmap(MapRequest.anonymous(Pages.SIZE).shared(), other, 0);
        other.close();
        fails(Errno.EBADF, () -> space.mmap(MapRequest.anonymous(Pages.SIZE), other, 0));
        store(under, space, at, 9);
        space.munmap(at, Pages.SIZE);
        assertThat(machine.nodes().getFirst().freePages()).isEqualTo(free + 1);
    }
}
