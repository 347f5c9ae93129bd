package moraine.core.impl.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.Protection;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.testkit.JvmThreads;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files through the cache: mappings, handles, the file itself. */
final class FileMappingTest {
    private static final int PAGES = 40;
    private static final int HALF = Pages.SIZE / 2;
    private static final long LENGTH = (PAGES - 1L) * Pages.SIZE + HALF;

    @TempDir
    private Path directory;

    private MachineFactoryImpl factory;
    private Machine machine;
    private AddressSpace space;
    private CpuContext cpu;
    private Path path;
    private CachedFile file;

    @BeforeEach
    void open() throws IOException {
        factory = new MachineFactoryImpl(new Providers(), Limits.DEFAULT);
        var profile = TestProfiles.devices(8L << 20, 0, 0, "none", true);
        machine = factory.create(
                MachineSpec.of(profile, MachineSpec.LAST_RESORT), factory.wallClock(new JvmThreads(), 1));
        space = machine.openSpace("s");
        cpu = space.attach(0);
        path = directory.resolve("file");
        Files.write(path, pattern());
        file = machine.openFile(path, true);
    }

    @AfterEach
    void close() {
        assertThat(machine.check()).isEmpty();
        cpu.close();
        space.close();
        file.close();
        assertThat(machine.check()).isEmpty();
        assertThat(machine.nodes().getFirst().freePages())
                .isEqualTo(machine.nodes().getFirst().pages());
        machine.close();
    }

    private static byte[] pattern() {
        ByteBuffer bytes = ByteBuffer.allocate((int) LENGTH).order(ByteOrder.nativeOrder());
        while (bytes.remaining() >= Long.BYTES) {
            bytes.putLong(bytes.position() + 1L);
        }
        return bytes.array();
    }

    private long onDisk(long position) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(path))
                .order(ByteOrder.nativeOrder())
                .getLong((int) position);
    }

    private long byHandle(long position) {
        long[] word = new long[1];
        assertThat(file.read(position, MemorySegment.ofArray(word))).isEqualTo(Long.BYTES);
        return word[0];
    }

    private long map(MapRequest request) {
        return space.mmap(request, file, 0);
    }

    private static MapRequest pages(int pages) {
        return MapRequest.anonymous((long) pages * Pages.SIZE);
    }

    private static void fails(Errno errno, ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test
    void shouldWriteBackWhatAPinStoredBesideTheMappings() throws IOException {
        long at = space.mmap(MapRequest.anonymous(2 * Pages.SIZE).shared(), file, 0);
        try (Pin pin = space.pin(at, 2 * Pages.SIZE, PinKind.SHORT, Intent.WRITE)) {
            file.sync();
            pin.write(Pages.SIZE + 8, MemorySegment.ofArray(new long[] {4711}));
            file.sync();
        }
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.nativeOrder());
        assertThat(bytes.getLong(Pages.SIZE + 8)).isEqualTo(4711);
        assertThat(bytes.getLong(8)).isEqualTo(9);
    }

    @Test
    void shouldWriteBackWhatAPinStoredAfterTheLastMapping() throws IOException {
        long at = space.mmap(MapRequest.anonymous(2 * Pages.SIZE).shared(), file, 0);
        Pin pin = space.pin(at, 2 * Pages.SIZE, PinKind.SHORT, Intent.WRITE);
        space.munmap(at, 2 * Pages.SIZE);
        file.close();
        pin.write(Pages.SIZE + 8, MemorySegment.ofArray(new long[] {4712}));
        try (CachedFile again = machine.openFile(path, true)) {
            long[] word = new long[1];
            again.read(Pages.SIZE + 8, MemorySegment.ofArray(word));
            assertThat(word[0]).as("the same pages").isEqualTo(4712);
        }
        pin.write(Pages.SIZE + 16, MemorySegment.ofArray(new long[] {4713}));
        pin.close();
        assertThat(onDisk(Pages.SIZE + 8)).isEqualTo(4712);
        assertThat(onDisk(Pages.SIZE + 16)).isEqualTo(4713);
        assertThat(machine.counter("nr_file_pages"))
                .as("nothing keeps it any more")
                .isZero();
    }

    @Test
    void shouldKeepNoFileForAPinThatFailed() {
        long at = space.mmap(MapRequest.anonymous(PAGES * (long) Pages.SIZE).shared(), file, 0);
        fails(Errno.EFAULT, () -> space.pin(at, (PAGES + 1L) * Pages.SIZE, PinKind.SHORT, Intent.WRITE));
        space.munmap(at, PAGES * (long) Pages.SIZE);
        file.close();
        assertThat(machine.counter("nr_file_pages")).isZero();
    }

    @Test
    void shouldShowTheFile() {
        long shared = map(pages(PAGES).shared().protect(Protection.READ));
        long own = map(pages(PAGES));
        for (long at = 0; at < LENGTH; at += HALF) {
            assertThat(cpu.getLong(shared + at)).isEqualTo(at + 1);
            assertThat(cpu.getLong(own + at)).isEqualTo(at + 1);
        }
        assertThat(cpu.getLong(own + LENGTH)).as("behind the end, in its page").isZero();
        assertThat(machine.counter("file.read.pages")).isEqualTo(PAGES);
        assertThat(space.why(shared).mappings()).isEqualTo(2);
    }

    @Test
    void shouldMapFromAnOffset() {
        long at = space.mmap(pages(2).shared(), file, 3L * Pages.SIZE);
        assertThat(cpu.getLong(at + 8)).isEqualTo(3L * Pages.SIZE + 9);
        fails(Errno.EINVAL, () -> space.mmap(pages(1).shared(), file, 5));
        fails(Errno.EINVAL, () -> space.mmap(pages(1).shared(), file, -Pages.SIZE));
    }

    @Test
    void shouldWriteStoresOfSharedMappingsBackOnSync() throws IOException {
        long at = map(pages(PAGES).shared());
        cpu.putLong(at, -1);
        cpu.putLong(at + LENGTH - 8, -2);
        assertThat(byHandle(0)).isEqualTo(-1);
        assertThat(onDisk(0)).isEqualTo(1);
        file.sync();
        assertThat(onDisk(0)).isEqualTo(-1);
        assertThat(onDisk(LENGTH - 8)).isEqualTo(-2);
        assertThat(Files.size(path)).isEqualTo(LENGTH);
        assertThat(machine.counter("file.written.pages")).isEqualTo(2);
    }

    @Test
    void shouldCatchStoresAfterASync() throws IOException {
        long at = map(pages(1).shared());
        cpu.putLong(at, -1);
        file.sync();
        assertThat(space.why(at).writable()).isFalse();
        cpu.putLong(at, -2);
        assertThat(onDisk(0)).isEqualTo(-1);
        file.sync();
        assertThat(onDisk(0)).isEqualTo(-2);
        file.sync();
        assertThat(machine.counter("file.written.pages"))
                .as("a clean page is not written")
                .isEqualTo(2);
    }

    @Test
    void shouldMapCleanPagesReadOnlyAndReadsClean() {
        long at = map(pages(1).shared());
        cpu.getLong(at);
        assertThat(space.why(at).writable()).isFalse();
        file.sync();
        assertThat(machine.counter("file.written.pages")).isZero();
    }

    /** Who pins a page of a private mapping has it for himself, also where the mapping only reads. */
    @Test
    void shouldKeepWritesToAPinnedPageFromTheFile() throws IOException {
        long at = space.mmap(MapRequest.anonymous(LENGTH).protect(Protection.READ), file, 0);
        byte old = cpu.getByte(at);
        try (Pin pin = space.pin(at, Pages.SIZE, PinKind.SHORT, Intent.READ)) {
            space.mprotect(at, LENGTH, Protection.READ_WRITE);
            cpu.putByte(at, (byte) (old + 1));
            assertThat(machine.check()).isEmpty();
            byte[] seen = new byte[1];
            pin.read(0, MemorySegment.ofArray(seen));
            assertThat(seen[0]).as("of the pin").isEqualTo((byte) (old + 1));
            file.read(0, MemorySegment.ofArray(seen));
            assertThat(seen[0]).as("of the file").isEqualTo(old);
        }
    }

    @Test
    void shouldCopyAPinnedPageOfTheFileForAPrivateWrite() throws IOException {
        long shared = space.mmap(MapRequest.anonymous(LENGTH).shared(), file, 0);
        long own = space.mmap(MapRequest.anonymous(LENGTH), file, 0);
        byte old = cpu.getByte(shared);
        try (Pin _ = space.pin(shared, Pages.SIZE, PinKind.SHORT, Intent.READ)) {
            space.munmap(shared, LENGTH);
            assertThat(cpu.getByte(own)).isEqualTo(old);
            cpu.putByte(own, (byte) (old + 1));
            assertThat(machine.check()).isEmpty();
            byte[] seen = new byte[1];
            file.read(0, MemorySegment.ofArray(seen));
            assertThat(seen[0]).as("of the file").isEqualTo(old);
        }
    }

    /** What the mapping has not copied is the file's, not zero. */
    @Test
    void shouldMakeNoLargePageOfCopiesOfAFile() throws IOException {
        file.truncate(Pages.LARGE_SIZE);
        file.write(Pages.LARGE_SIZE - Pages.SIZE, MemorySegment.ofArray(new byte[] {5}));
        long own = space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE), file, 0);
        cpu.putLong(own, 7);
        fails(Errno.EINVAL, () -> space.advise(own, Pages.LARGE_SIZE, Advice.COLLAPSE));
        assertThat(cpu.getByte(own + Pages.LARGE_SIZE - Pages.SIZE)).isEqualTo((byte) 5);
        assertThat(cpu.getLong(own)).isEqualTo(7);
    }

    @Test
    void shouldKeepPrivateCopiesFromTheFile() throws IOException {
        long own = map(pages(2));
        long shared = map(pages(2).shared());
        assertThat(cpu.getLong(own)).isEqualTo(1);
        cpu.putLong(own, 7);
        cpu.putLong(own + Pages.SIZE, 8);
        cpu.putLong(shared, -1);
        assertThat(cpu.getLong(own)).isEqualTo(7);
        assertThat(cpu.getLong(own + 8)).isEqualTo(9);
        assertThat(cpu.getLong(shared + Pages.SIZE)).isEqualTo(Pages.SIZE + 1);
        file.sync();
        assertThat(onDisk(0)).isEqualTo(-1);
        assertThat(onDisk(Pages.SIZE)).isEqualTo(Pages.SIZE + 1);
    }

    @Test
    void shouldEndInABusErrorBeyondTheEnd() {
        long at = map(pages(PAGES + 2).shared());
        assertThat(cpu.getLong(at + LENGTH)).isZero();
        fails(Errno.SIGBUS, () -> cpu.getLong(at + (long) PAGES * Pages.SIZE));
        fails(Errno.SIGBUS, () -> cpu.putLong(at + (long) PAGES * Pages.SIZE, 1));
    }

    @Test
    void shouldReadAndWriteByHandle() throws IOException {
        long at = map(pages(PAGES + 4).shared());
        cpu.getLong(at);
        long[] words = new long[2 * Pages.SIZE / Long.BYTES];
        assertThat(file.read(LENGTH - 16, MemorySegment.ofArray(words))).isEqualTo(16);
        assertThat(words).startsWith(LENGTH - 15, LENGTH - 7, 0);
        assertThat(file.read(LENGTH, MemorySegment.ofArray(words))).isZero();
        file.write(HALF, MemorySegment.ofArray(new long[words.length]));
        assertThat(cpu.getLong(at + HALF)).isZero();
        assertThat(cpu.getLong(at + HALF - 8)).isEqualTo(HALF - 7);
        cpu.putLong(at + LENGTH + 8, 5);
        file.write((PAGES + 2L) * Pages.SIZE, MemorySegment.ofArray(new long[] {42}));
        assertThat(file.bytes()).isEqualTo((PAGES + 2L) * Pages.SIZE + 8);
        assertThat(cpu.getLong(at + (PAGES + 2L) * Pages.SIZE)).isEqualTo(42);
        assertThat(cpu.getLong(at + LENGTH + 8)).as("stored behind the old end").isZero();
        file.sync();
        assertThat(Files.size(path)).isEqualTo(file.bytes());
        assertThat(onDisk((PAGES + 1L) * Pages.SIZE)).isZero();
        assertThat(onDisk((PAGES + 2L) * Pages.SIZE)).isEqualTo(42);
    }

    @Test
    void shouldTakePagesOutOfEveryMappingOnTruncate() throws IOException {
        long shared = map(pages(PAGES).shared());
        long own = map(pages(PAGES));
        cpu.putLong(shared + 3L * Pages.SIZE, -1);
        cpu.putLong(own + 3L * Pages.SIZE, -2);
        cpu.putLong(own + 2L * Pages.SIZE, -3);
        file.truncate(2L * Pages.SIZE + HALF);
        fails(Errno.SIGBUS, () -> cpu.getLong(shared + 3L * Pages.SIZE));
        fails(Errno.SIGBUS, () -> cpu.getLong(own + 3L * Pages.SIZE));
        assertThat(cpu.getLong(own + 2L * Pages.SIZE))
                .as("its page is there in part")
                .isEqualTo(-3);
        assertThat(machine.check()).isEmpty();
        file.truncate(LENGTH);
        assertThat(cpu.getLong(shared + 3L * Pages.SIZE)).isZero();
        assertThat(cpu.getLong(own + 3L * Pages.SIZE)).isZero();
        assertThat(cpu.getLong(shared + 2L * Pages.SIZE + HALF)).isZero();
        file.sync();
        assertThat(Files.size(path)).isEqualTo(LENGTH);
        assertThat(onDisk(2L * Pages.SIZE)).isEqualTo(2L * Pages.SIZE + 1);
        assertThat(onDisk(3L * Pages.SIZE)).isZero();
    }

    @Test
    void shouldRefuseWritesThroughWhatOnlyReads() {
        try (CachedFile reader = machine.openFile(path, false)) {
            fails(Errno.EACCES, () -> space.mmap(pages(1).shared(), reader, 0));
            long at = space.mmap(pages(1).shared().protect(Protection.READ), reader, 0);
            fails(Errno.EACCES, () -> space.mprotect(at, Pages.SIZE, Protection.READ_WRITE));
            fails(Errno.EFAULT, () -> cpu.putLong(at, 1));
            fails(Errno.EBADF, () -> reader.write(0, MemorySegment.ofArray(new long[1])));
            fails(Errno.EBADF, () -> reader.truncate(0));
            long own = space.mmap(pages(1), reader, 0);
            cpu.putLong(own, 9);
            assertThat(cpu.getLong(at)).isEqualTo(1);
        }
    }

    @Test
    void shouldRefuseWhatIsNoFileOfThisMachine() {
        fails(Errno.ENOENT, () -> machine.openFile(directory.resolve("none"), false));
        fails(Errno.EINVAL, () -> machine.openFile(directory, false));
        fails(Errno.EINVAL, () -> file.read(-1, MemorySegment.ofArray(new long[1])));
        try (var other = factory.create(machine.spec(), factory.wallClock(new JvmThreads(), 2));
                CachedFile foreign = other.openFile(path, false)) {
            fails(Errno.EINVAL, () -> space.mmap(pages(1), foreign, 0));
        }
        CachedFile closed = machine.openFile(path, false);
        closed.close();
        closed.close();
        fails(Errno.EBADF, () -> space.mmap(pages(1), closed, 0));
        fails(Errno.EBADF, closed::bytes);
    }

    @Test
    void shouldProtectAndMoveLikeSharedMemory() throws IOException {
        long at = map(pages(4).shared());
        long own = map(pages(4));
        cpu.putLong(at, 5);
        cpu.putLong(own + Pages.SIZE, 6);
        cpu.getLong(own);
        space.mprotect(at, Pages.SIZE, Protection.READ);
        fails(Errno.EFAULT, () -> cpu.putLong(at, 6));
        file.sync();
        space.mprotect(at, Pages.SIZE, Protection.READ_WRITE);
        cpu.putLong(at, 7);
        long to = space.mremap(at, 4L * Pages.SIZE, 8L * Pages.SIZE, true);
        long ownTo = space.mremap(own, 4L * Pages.SIZE, 8L * Pages.SIZE, true);
        assertThat(cpu.getLong(to)).isEqualTo(7);
        assertThat(cpu.getLong(to + 7L * Pages.SIZE)).isEqualTo(7L * Pages.SIZE + 1);
        assertThat(cpu.getLong(ownTo)).isEqualTo(7);
        assertThat(cpu.getLong(ownTo + Pages.SIZE)).isEqualTo(6);
        assertThat(cpu.getLong(ownTo + 7L * Pages.SIZE)).isEqualTo(7L * Pages.SIZE + 1);
        file.sync();
        assertThat(onDisk(0)).isEqualTo(7);
        space.munmap(to + Pages.SIZE, Pages.SIZE);
        assertThat(cpu.getLong(to + 2L * Pages.SIZE)).isEqualTo(2L * Pages.SIZE + 1);
    }

    /** Where private pages have moved away, the mapping shows the file again. */
    @Test
    void shouldShowTheFileWherePrivatePagesWere() {
        long at = map(pages(2));
        cpu.putLong(at + Pages.SIZE, 6);
        long to = space.mremap(at, 2L * Pages.SIZE, 2L * Pages.SIZE, /* mayMove= */ true, /* keepOld= */ true);
        assertThat(cpu.getLong(at + Pages.SIZE)).isEqualTo(Pages.SIZE + 1);
        assertThat(cpu.getLong(to + Pages.SIZE)).isEqualTo(6);
        cpu.putLong(at + Pages.SIZE, 8);
        assertThat(cpu.getLong(to + Pages.SIZE)).isEqualTo(6);
        file.truncate(0);
        fails(Errno.SIGBUS, () -> cpu.getLong(at + Pages.SIZE));
    }

    @Test
    void shouldForkMappings() {
        long shared = map(pages(2).shared());
        long own = map(pages(4));
        cpu.getLong(own);
        cpu.putLong(own + Pages.SIZE, 6);
        try (AddressSpace child = space.fork("child");
                CpuContext other = child.attach(0)) {
            other.putLong(shared, 5);
            assertThat(cpu.getLong(shared)).isEqualTo(5);
            assertThat(other.getLong(own)).isEqualTo(5);
            assertThat(other.getLong(own + 2L * Pages.SIZE)).isEqualTo(2L * Pages.SIZE + 1);
            other.putLong(own, 8);
            other.putLong(own + Pages.SIZE, 9);
            assertThat(cpu.getLong(own)).isEqualTo(5);
            assertThat(cpu.getLong(own + Pages.SIZE)).isEqualTo(6);
            assertThat(machine.check()).isEmpty();
            file.truncate(0);
            fails(Errno.SIGBUS, () -> other.getLong(own));
            fails(Errno.SIGBUS, () -> cpu.getLong(shared));
        }
    }

    @Test
    void shouldShareOnePageBetweenHandlesAndSpaces() {
        try (CachedFile second = machine.openFile(path, true);
                AddressSpace other = machine.openSpace("other");
                CpuContext theirs = other.attach(0)) {
            long mine = map(pages(1).shared());
            long his = other.mmap(pages(1).shared(), second, 0);
            cpu.putLong(mine, 3);
            assertThat(theirs.getLong(his)).isEqualTo(3);
            assertThat(space.why(mine).pfn()).isEqualTo(other.why(his).pfn());
        }
    }

    @Test
    void shouldTellFilesApartThatHadOneName() throws IOException {
        Path other = Files.write(directory.resolve("other"), new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
        try (CachedFile replaced = machine.openFile(path, true)) {
            assertThat(replaced.bytes()).isEqualTo(8);
            assertThat(byHandle(0)).isEqualTo(1);
        }
    }

    @Test
    void shouldMakeAReaderWritableForALaterHandle() throws IOException {
        file.close();
        try (CachedFile reader = machine.openFile(path, false)) {
            long at = space.mmap(pages(1).shared().protect(Protection.READ), reader, 0);
            assertThat(cpu.getLong(at)).isEqualTo(1);
            file = machine.openFile(path, true);
            cpu.putLong(map(pages(1).shared()), 9);
            assertThat(cpu.getLong(at)).isEqualTo(9);
            file.sync();
            assertThat(onDisk(0)).isEqualTo(9);
        }
    }

    @Test
    void shouldKeepAMappingAfterItsHandle() throws IOException {
        long at = map(pages(1).shared());
        file.close();
        cpu.putLong(at, 11);
        assertThat(onDisk(0)).isEqualTo(1);
        file = machine.openFile(path, true);
        assertThat(byHandle(0)).as("the same cache").isEqualTo(11);
        file.close();
        assertThat(onDisk(0)).isEqualTo(11);
        file = machine.openFile(path, true);
    }

    @Test
    void shouldWriteBackBeforeTheMachineIsGone() throws IOException {
        var other = factory.create(machine.spec(), factory.wallClock(new JvmThreads(), 2));
        CachedFile theirs = other.openFile(path, true);
        AddressSpace there = other.openSpace("there");
        long at = there.mmap(pages(1).shared(), theirs, 0);
        try (CpuContext context = there.attach(0)) {
            context.putLong(at, 12);
        }
        other.close();
        assertThat(onDisk(0)).isEqualTo(12);
        theirs.close();
        fails(Errno.EBADF, theirs::sync);
    }

    @Test
    void shouldReportPagesOfFilesLikeOthers() {
        long at = map(pages(2).shared());
        assertThat(space.why(at).state()).isEqualTo(PageState.NONE);
        cpu.getLong(at);
        assertThat(space.why(at).state()).isEqualTo(PageState.PRESENT);
        assertThat(space.pages(at, 2L * Pages.SIZE, 10)).hasSize(1);
    }
}
