package moraine.core.impl.cache;

import static moraine.core.impl.cache.DeviceMachines.load;
import static moraine.core.impl.cache.DeviceMachines.store;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Environment;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.migration.Evictor;
import moraine.core.impl.plugins.VirtualEnvironment;
import moraine.core.impl.time.ThreadedEnvironment;
import moraine.testkit.JvmThreads;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files and devices: mirrored, moved where files may be, kept from where they may not. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FileDeviceTest {
    private static final int NODE = 1;
    private static final int PAGES = 8;

    @TempDir
    private Path directory;

    static List<Supplier<Environment>> environments() {
        return List.of(VirtualEnvironment::new, () -> new ThreadedEnvironment(new JvmThreads(), 1));
    }

    private Path file() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(PAGES * Pages.SIZE).order(ByteOrder.nativeOrder());
        while (bytes.hasRemaining()) {
            bytes.putLong(bytes.position() + 1L);
        }
        return Files.write(directory.resolve("file"), bytes.array());
    }

    private static long onDisk(Path path, long position) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(path))
                .order(ByteOrder.nativeOrder())
                .getLong((int) position);
    }

    private static MapRequest pages(int pages) {
        return MapRequest.anonymous((long) pages * Pages.SIZE);
    }

    @ParameterizedTest
    @MethodSource("environments")
    void shouldLetADeviceReadAndWriteAFile(Supplier<Environment> environment) throws IOException {
        Path path = file();
        try (var under = DeviceMachines.create("hidden", environment.get())) {
            Machine machine = under.machine();
            AddressSpace space = machine.openSpace("s");
            CachedFile file = machine.openFile(path, true);
            long at = space.mmap(pages(PAGES).shared(), file, 0);
            assertThat(load(under, space, at + 3L * Pages.SIZE)).isEqualTo(3L * Pages.SIZE + 1);
            store(under, space, at, -1);
            try (CpuContext cpu = space.attach(0)) {
                assertThat(cpu.getLong(at)).isEqualTo(-1);
            }
            file.sync();
            assertThat(onDisk(path, 0)).isEqualTo(-1);
            store(under, space, at, -2);
            assertThat(machine.check()).isEmpty();
            file.sync();
            assertThat(onDisk(path, 0)).as("stored after the first sync").isEqualTo(-2);
            assertThat(space.why(at).node())
                    .as("no file page in private memory")
                    .isZero();
            file.truncate(Pages.SIZE);
            assertThatThrownBy(() -> load(under, space, at + Pages.SIZE))
                    .isInstanceOfSatisfying(
                            MoraineException.class,
                            e -> assertThat(e.errno())
                                    .as("as hmm_range_fault calls a bus error")
                                    .isEqualTo(Errno.EFAULT));
            assertThat(machine.check()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void shouldMovePrivateCopiesButNoPagesOfTheFile(Supplier<Environment> environment) throws IOException {
        Path path = file();
        try (var under = DeviceMachines.create("hidden", environment.get())) {
            Machine machine = under.machine();
            AddressSpace space = machine.openSpace("s");
            long at = space.mmap(pages(PAGES), machine.openFile(path, false), 0);
            try (CpuContext cpu = space.attach(0)) {
                cpu.putLong(at, 5);
                cpu.getLong(at + Pages.SIZE);
            }
            assertThat(load(under, space, at)).isEqualTo(5);
            assertThat(load(under, space, at + Pages.SIZE)).isEqualTo(Pages.SIZE + 1);
            assertThat(load(under, space, at + 2L * Pages.SIZE)).isEqualTo(2L * Pages.SIZE + 1);
            assertThat(space.why(at).state()).isEqualTo(PageState.DEVICE_PRIVATE);
            assertThat(space.why(at + Pages.SIZE).node()).isZero();
            assertThat(space.why(at + 2L * Pages.SIZE).node())
                    .as("a hole is the file's")
                    .isZero();
            store(under, space, at + Pages.SIZE, 6);
            assertThat(machine.check()).isEmpty();
            try (CpuContext cpu = space.attach(0)) {
                assertThat(cpu.getLong(at)).isEqualTo(5);
                assertThat(cpu.getLong(at + Pages.SIZE)).isEqualTo(6);
            }
            assertThat(onDisk(path, Pages.SIZE)).isEqualTo(Pages.SIZE + 1);
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void shouldMovePagesOfTheFileWhereFilesMayBe(Supplier<Environment> environment) throws IOException {
        Path path = file();
        try (var under = DeviceMachines.create("node", environment.get())) {
            Machine machine = under.machine();
            AddressSpace space = machine.openSpace("s");
            CachedFile file = machine.openFile(path, true);
            long at = space.mmap(pages(PAGES).shared(), file, 0);
            long own = space.mmap(pages(PAGES), file, 0);
            try (CpuContext cpu = space.attach(0)) {
                cpu.putLong(at, -1);
                assertThat(cpu.getLong(own)).isEqualTo(-1);
                var report = space.migrate(at, (long) PAGES * Pages.SIZE, NODE, Cause.USER);
                assertThat(report.movedPages()).isOne();
                assertThat(space.why(own).node()).isEqualTo(NODE);
                assertThat(cpu.getLong(own)).isEqualTo(-1);
                assertThat(machine.check()).isEmpty();
                file.sync();
                assertThat(onDisk(path, 0)).as("dirty on the way").isEqualTo(-1);
                cpu.putLong(at, -2);
            }
            assertThat(load(under, space, at)).isEqualTo(-2);
            under.machine().policies().use("hidden(window=1)", false);
            settle(under, space, at);
            assertThat(space.why(at).node()).as("private memory holds no files").isZero();
            file.sync();
            assertThat(onDisk(path, 0)).isEqualTo(-2);
            assertThat(machine.check()).isEmpty();
        }
    }

    private static void settle(TestMachine under, AddressSpace space, long at) {
        under.machine().environment().actors().await(() -> space.why(at).node() == 0, 60_000_000_000L);
    }

    @ParameterizedTest
    @MethodSource("environments")
    void shouldTakeCachedPagesOffADeviceThatNobodyMaps(Supplier<Environment> environment) throws IOException {
        Path path = file();
        try (var under = DeviceMachines.create("node", environment.get())) {
            Machine machine = under.machine();
            AddressSpace space = machine.openSpace("s");
            CachedFile file = machine.openFile(path, true);
            long at = space.mmap(pages(PAGES).shared(), file, 0);
            space.mbind(at, (long) PAGES * Pages.SIZE, MemoryPolicy.bind(NODE));
            try (CpuContext cpu = space.attach(0)) {
                cpu.putLong(at, -1);
            }
            assertThat(space.why(at).node()).isEqualTo(NODE);
            space.munmap(at, (long) PAGES * Pages.SIZE);
            var rooms = under.mechanism().rooms();
            var agent = rooms.begin();
            var evictor = new Evictor(rooms);
            evictor.evacuate(agent, NODE, 4096);
            rooms.done(agent);
            assertThat(machine.nodes().get(NODE).freePages())
                    .isEqualTo(machine.nodes().get(NODE).pages());
            file.close();
            assertThat(onDisk(path, 0)).isEqualTo(-1);
            assertThat(machine.check()).isEmpty();
        }
    }
}
