package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.testkit.AddOne;

/** Pages of files on a device, where the type of its memory lets files be there; else they stay in RAM. */
final class FileScenarios {
    private static final int PAGES = 16;
    private static final long BYTES = (long) PAGES * Pages.SIZE;
    private static final long TIMEOUT_NS = 60_000_000_000L;

    private FileScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.always("file_written_on_device_reads_back", rig -> withFile(rig, FileScenarios::readsBack)),
                Scenario.always("file_bounced_unless_reachable", rig -> withFile(rig, FileScenarios::bounces)),
                Scenario.always("file_cut_under_a_device", rig -> withFile(rig, FileScenarios::cut)),
                Scenario.claimed(
                        "file_long_pin_migrates_first",
                        Claim.LONG_PIN_LEAVES,
                        rig -> withFile(rig, FileScenarios::pinLeaves)));
    }

    private record Mapped(TwoDevices on, Path path, CachedFile file, long at) {
        /** {@return pages of the file that may be on the device} */
        long movable() {
            return on.node(C).type().has(Attribute.FILE_BACKABLE) ? PAGES : 0;
        }

        /** Moves the file to the device, as far as it goes. */
        void move() {
            on.device(C).migrateToDevice(on.space(), at, BYTES);
            assertThat(on.count(at, PAGES, C))
                    .as("pages of the file on the device")
                    .isEqualTo(movable());
        }

        void add(int device) {
            on.device(device).launch(on.space(), new AddOne(at, PAGES)).await(TIMEOUT_NS);
        }

        /** Reads the file past the page cache. */
        void expectStored(int more) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.nativeOrder());
            for (int page = 0; page < PAGES; page++) {
                assertThat(bytes.getLong(page * Pages.SIZE)).as("page %d", page).isEqualTo(page + more);
            }
        }
    }

    /** What a scenario does with a file. */
    @FunctionalInterface
    private interface Body {
        void run(Mapped mapped) throws IOException;
    }

    private static void withFile(Rig rig, Body body) {
        TwoDevices on = rig.on();
        try {
            Path path = Files.createTempFile("moraine", ".cdm");
            Files.write(path, new byte[(int) BYTES]);
            try (CachedFile file = on.machine().openFile(path, true)) {
                long at = on.space().mmap(MapRequest.anonymous(BYTES).shared(), file, 0);
                on.touch(at, PAGES);
                body.run(new Mapped(on, path, file, at));
                on.space().munmap(at, BYTES);
            } finally {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void readsBack(Mapped mapped) throws IOException {
        mapped.move();
        mapped.add(C);
        mapped.file().sync();
        mapped.expectStored(1);
        mapped.add(OTHER_C);
        for (int page = 0; page < PAGES; page++) {
            long word = mapped.at() + (long) page * Pages.SIZE;
            mapped.on().cpu().putLong(word, mapped.on().cpu().getLong(word) + 1);
        }
        mapped.file().sync();
        mapped.expectStored(3);
        mapped.on().device(C).migrateToSystem(mapped.on().space(), mapped.at(), BYTES);
        assertThat(mapped.on().count(mapped.at(), PAGES, C)).isZero();
        mapped.add(C);
        mapped.file().sync();
        mapped.expectStored(4);
    }

    private static void bounces(Mapped mapped) throws IOException {
        mapped.move();
        boolean reachable = mapped.on().node(C).type().has(Attribute.DIRECT_IO);
        mapped.file().sync();
        mapped.expectStored(0);
        assertThat(mapped.on().machine().counter("file.bounced.pages")).isEqualTo(reachable ? 0 : mapped.movable());
    }

    private static void cut(Mapped mapped) {
        mapped.move();
        mapped.add(C);
        mapped.file().truncate(BYTES / 2);
        assertThat(TwoDevices.errno(() -> mapped.add(C))).isEqualTo("EFAULT");
        assertThat(TwoDevices.errno(() -> mapped.on().cpu().getLong(mapped.at() + BYTES / 2)))
                .isEqualTo("SIGBUS");
        assertThat(mapped.on().used(C)).as("pages left on the device").isEqualTo(mapped.movable() / 2);
    }

    private static void pinLeaves(Mapped mapped) throws IOException {
        mapped.move();
        try (Pin _ = mapped.on().space().pin(mapped.at(), BYTES, PinKind.LONG, Intent.WRITE)) {
            assertThat(mapped.on().count(mapped.at(), PAGES, C)).isZero();
            mapped.file().sync();
            mapped.expectStored(0);
        }
    }
}
