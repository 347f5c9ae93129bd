package moraine.testkit.hmm;

import static moraine.testkit.hmm.UserProcess.BUFFER_PAGES;
import static moraine.testkit.hmm.UserProcess.INDEX;
import static moraine.testkit.hmm.UserProcess.INVERSE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.Mappable;
import moraine.core.api.host.Userfault;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Sharing;
import moraine.core.api.model.Snapshot;

/** Devices and memory that something else fills: files, drivers, handlers. */
final class FileScenarios {
    private static final int USERFAULT_PAGES = 4;
    private static final byte FILLED = (byte) 0xAB;
    private static final int FILLED_INT = 0xABABABAB;

    private FileScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.single("file_read", "file", FileScenarios::read),
                Scenario.single("file_write", "file", FileScenarios::write),
                Scenario.single("migrate_file_private", "file", FileScenarios::migratePrivate),
                Scenario.single("mixedmap", "file", FileScenarios::mixedMap),
                Scenario.single("userfaultfd_read", "file", FileScenarios::userfault));
    }

    private static MapRequest request(Protection protection, Sharing sharing) {
        return new MapRequest(BUFFER_PAGES * Pages.SIZE, protection, sharing, 0, Pages.SIZE);
    }

    /** {@return a file of the usual size, open for writing, filled with a pattern by {@code pwrite}} */
    private static CachedFile file(Rig rig) {
        CachedFile file = rig.machine().openFile(rig.temporaryFile(BUFFER_PAGES * Pages.SIZE), true);
        int[] ints = new int[(int) (BUFFER_PAGES * Pages.SIZE / Integer.BYTES)];
        Arrays.setAll(ints, INDEX);
        file.write(0, MemorySegment.ofArray(ints));
        return file;
    }

    private static void read(Rig rig) {
        UserProcess process = rig.process();
        try (CachedFile file = file(rig)) {
            Buffer buffer = process.map(request(Protection.READ, Sharing.SHARED), file);
            Commands device = process.device(0);
            assertThat(device.read(buffer)).isEqualTo(Reply.done(BUFFER_PAGES, 1));
            process.expect(device.mirror(buffer), INDEX);
        }
    }

    /** What a device writes, the mapping shows and {@code pread} reads. */
    private static void write(Rig rig) {
        UserProcess process = rig.process();
        try (CachedFile file = file(rig)) {
            Buffer buffer = process.map(request(Protection.READ_WRITE, Sharing.SHARED), file);
            Commands device = process.device(0);
            process.fill(device.mirror(buffer), INVERSE);
            assertThat(device.write(buffer)).isEqualTo(Reply.done(BUFFER_PAGES, 1));
            process.expect(buffer, INVERSE);
            int[] found = new int[(int) (BUFFER_PAGES * Pages.SIZE / Integer.BYTES)];
            assertThat(file.read(0, MemorySegment.ofArray(found))).isEqualTo(BUFFER_PAGES * Pages.SIZE);
            int[] wanted = new int[found.length];
            Arrays.setAll(wanted, INVERSE);
            assertThat(Arrays.mismatch(wanted, found))
                    .as("first int that differs")
                    .isNegative();
        }
    }

    /** Private copies of a file's pages are anonymous memory and migrate like it. */
    private static void migratePrivate(Rig rig) {
        UserProcess process = rig.process();
        try (CachedFile file = file(rig)) {
            Buffer buffer = process.map(request(Protection.READ_WRITE, Sharing.PRIVATE), file);
            process.fill(buffer, INVERSE);
            Commands device = process.device(0);
            device.mustMigrate(buffer);
            process.expect(device.mirror(buffer), INVERSE);
            process.expect(buffer, INVERSE);
        }
    }

    /** A page that the driver put there is seen, read only, through a private mapping. */
    private static void mixedMap(Rig rig) {
        UserProcess process = rig.process();
        Commands device = process.device(0);
        try (Mappable filled = device.filled(1)) {
            Buffer buffer = process.map(
                    new MapRequest(Pages.SIZE, Protection.READ_WRITE, Sharing.PRIVATE, 0, Pages.SIZE), filled);
            assertThat(SnapshotScenarios.texts(device.snapshot(buffer)))
                    .containsExactly(SnapshotScenarios.text(Snapshot.READ));
        }
    }

    /** A device reads a range whose pages a handler fills. */
    private static void userfault(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = process.map(USERFAULT_PAGES);
        byte[] page = new byte[Pages.SIZE];
        Arrays.fill(page, FILLED);
        try (Userfault registered = process.space()
                .userfault(
                        buffer.address(),
                        buffer.bytes(),
                        (range, address, _) -> range.fill(address, MemorySegment.ofArray(page)))) {
            assertThat(registered.bytes()).isEqualTo(buffer.bytes());
            Commands device = process.device(0);
            assertThat(device.read(buffer)).isEqualTo(Reply.done(USERFAULT_PAGES, 1));
            process.expect(device.mirror(buffer), _ -> FILLED_INT);
            process.expect(buffer, _ -> FILLED_INT);
        }
    }
}
