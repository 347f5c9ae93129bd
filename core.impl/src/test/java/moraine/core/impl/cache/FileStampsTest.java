package moraine.core.impl.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.VirtualEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files on a machine without bytes, in virtual time. */
final class FileStampsTest {
    @TempDir
    private Path directory;

    private static TestMachine machine(VirtualEnvironment environment) {
        return DeviceMachines.create("hidden", environment, Backing.STAMPS, PageCache.stores(Backing.STAMPS));
    }

    @Test
    void shouldKeepStampsThroughTheFile() throws IOException {
        Path path = Files.write(directory.resolve("file"), new byte[4 * Pages.SIZE]);
        try (var under = machine(new VirtualEnvironment())) {
            AddressSpace space = under.machine().openSpace("s");
            CachedFile file = under.machine().openFile(path, true);
            long at = space.mmap(MapRequest.anonymous(4L * Pages.SIZE).shared(), file, 0);
            long stamp;
            try (CpuContext cpu = space.attach(0)) {
                cpu.touch(at + Pages.SIZE, 8, Intent.WRITE);
                stamp = stamp(under, space, at + Pages.SIZE);
                assertThat(stamp).isNotZero();
            }
            space.munmap(at, 4L * Pages.SIZE);
            CachedFile keeper = under.machine().openFile(path, true);
            file.close();
            long again = space.mmap(MapRequest.anonymous(4L * Pages.SIZE), keeper, 0);
            drop(under);
            try (CpuContext cpu = space.attach(0)) {
                cpu.touch(again + Pages.SIZE, 8, Intent.READ);
                assertThat(stamp(under, space, again + Pages.SIZE))
                        .as("read from what stands for the file")
                        .isEqualTo(stamp);
                assertThat(under.machine().counter("file.written.pages")).isOne();
                assertThat(under.machine().counter("file.read.pages")).isEqualTo(2);
                keeper.truncate(Pages.SIZE);
                assertThatThrownBy(() -> cpu.touch(again + Pages.SIZE, 8, Intent.READ))
                        .isInstanceOfSatisfying(
                                MoraineException.class,
                                e -> assertThat(e.errno()).isEqualTo(Errno.SIGBUS));
            }
            assertThat(under.machine().check()).isEmpty();
        }
        assertThat(Files.readAllBytes(path)).as("the file itself").isEqualTo(new byte[4 * Pages.SIZE]);
    }

    private static long stamp(TestMachine under, AddressSpace space, long at) {
        return under.mechanism().rooms().frames.stamp(space.why(at).pfn());
    }

    /** Takes clean pages out of the cache, so that they are read again. */
    private static void drop(TestMachine under) {
        var rooms = under.mechanism().rooms();
        var agent = rooms.begin();
        new CachePages(rooms).drop(agent, rooms.cache.objects().getFirst(), 0);
        rooms.done(agent);
    }

    @Test
    void shouldReadZeroesByHandleAndCountTheWrites() throws IOException {
        Path path = Files.write(directory.resolve("file"), new byte[] {1, 2, 3});
        try (var under = machine(new VirtualEnvironment())) {
            CachedFile file = under.machine().openFile(path, true);
            byte[] read = {9, 9, 9, 9};
            assertThat(file.read(0, MemorySegment.ofArray(read))).isEqualTo(3);
            assertThat(read).containsExactly(0, 0, 0, 9);
            file.write(Pages.SIZE, MemorySegment.ofArray(read));
            assertThat(file.bytes()).isEqualTo(Pages.SIZE + 4L);
            file.sync();
            assertThat(under.machine().counter("file.written.pages")).isOne();
        }
    }
}
