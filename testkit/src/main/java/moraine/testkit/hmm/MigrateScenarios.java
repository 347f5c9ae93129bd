package moraine.testkit.hmm;

import static moraine.testkit.hmm.UserProcess.BUFFER_PAGES;
import static moraine.testkit.hmm.UserProcess.INDEX;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;

/** Pages travel between system memory and devices. */
final class MigrateScenarios {
    private static final int TIMES = 10;

    private MigrateScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.single("migrate", "migrate", MigrateScenarios::migrate),
                Scenario.single("migrate_fault", "migrate", MigrateScenarios::fault),
                Scenario.single("migrate_release", "migrate", MigrateScenarios::release),
                Scenario.single("migrate_shared", "migrate", MigrateScenarios::shared),
                Scenario.single("migrate_multiple", "migrate", MigrateScenarios::multiple),
                Scenario.pair("migrate_mixed", "migrate", MigrateScenarios::mixed),
                Scenario.pair("double_map", "migrate", MigrateScenarios::doubleMap));
    }

    /** Fills memory, moves it to the first device, and has the device read it. */
    private static Buffer migrated(UserProcess process, Commands device) {
        Buffer buffer = process.map(BUFFER_PAGES);
        process.fill(buffer, INDEX);
        migrateAll(process, device, buffer);
        return buffer;
    }

    private static void migrateAll(UserProcess process, Commands device, Buffer buffer) {
        device.mustMigrate(buffer);
        process.expect(device.mirror(buffer), INDEX);
    }

    private static void migrate(Rig rig) {
        UserProcess process = rig.process();
        Commands device = process.device(0);
        Buffer buffer = migrated(process, device);
        process.expect(buffer, INDEX);
        assertThat(device.resident(buffer)).isEqualTo(rig.variant().coherent() ? BUFFER_PAGES : 0);
    }

    /** A CPU reads half of what was moved; then a range that is half there moves again. */
    private static void fault(Rig rig) {
        UserProcess process = rig.process();
        Commands device = process.device(0);
        Buffer buffer = migrated(process, device);
        process.expect(buffer.firstHalf(), INDEX);
        assertThat(device.resident(buffer)).isEqualTo(rig.variant().coherent() ? BUFFER_PAGES : BUFFER_PAGES / 2);
        migrateAll(process, device, buffer);
        process.expect(buffer, INDEX);
    }

    private static void release(Rig rig) {
        UserProcess process = rig.process();
        Commands device = process.device(0);
        Buffer buffer = migrated(process, device);
        assertThat(device.release()).isEqualTo(BUFFER_PAGES);
        assertThat(device.resident(buffer)).isZero();
        process.expect(buffer.firstHalf(), INDEX);
        process.expect(buffer, INDEX);
    }

    /** Shared memory has no holes to make on a device. */
    private static void shared(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer =
                process.map(MapRequest.anonymous(BUFFER_PAGES * Pages.SIZE).shared());
        assertThat(process.device(0).migrateToDevice(buffer).errno()).isEqualTo(Errno.ENOENT);
    }

    private static void multiple(Rig rig) {
        UserProcess process = rig.process();
        Commands device = process.device(0);
        for (int time = 0; time < TIMES; time++) {
            Buffer buffer = migrated(process, device);
            if (rig.variant().coherent()) {
                assertThat(device.migrateToSystem(buffer)).isEqualTo(Reply.done(BUFFER_PAGES, 0));
            }
            process.expect(buffer, INDEX);
            assertThat(device.resident(buffer)).isZero();
            process.unmap(buffer);
        }
    }

    /** A range of every kind of page: what may move does, what is on the other device does not. */
    private static void mixed(Rig rig) {
        UserProcess process = rig.process();
        Commands first = process.device(0);
        Commands second = process.device(1);
        Buffer buffer = process.map(MapRequest.anonymous(6L * Pages.SIZE).protect(Protection.NONE));
        assertThat(second.migrateToDevice(buffer).errno()).isEqualTo(Errno.EINVAL);
        process.unmap(buffer.one(1));
        assertThat(second.migrateToDevice(buffer.part(0, 3)).errno()).isEqualTo(Errno.EINVAL);

        process.protect(buffer.one(2), Protection.READ);
        process.cpu().getInt(buffer.page(2));
        process.protect(buffer.part(3, 3), Protection.READ_WRITE);
        process.cpu().putInt(buffer.page(3), 3);
        process.protect(buffer.one(3), Protection.READ);
        process.cpu().putInt(buffer.page(4), 4);
        process.cpu().putInt(buffer.page(5), 5);

        Buffer four = buffer.part(2, 4);
        second.mustMigrate(four);
        assertThat(process.cpu().getInt(second.mirror(four).page(0))).isZero();
        for (int page = 1; page < 4; page++) {
            assertThat(process.cpu().getInt(second.mirror(four).page(page))).isEqualTo(page + 2);
        }
        assertThat(first.migrateToDevice(buffer.one(5)).errno()).isEqualTo(Errno.ENOENT);
        for (int page = 3; page < 6; page++) {
            assertThat(process.cpu().getInt(buffer.page(page))).isEqualTo(page);
        }
        assertThat(process.cpu().getInt(buffer.page(2))).isZero();
    }

    /** Two devices map the same pages; then they move to one, and the other reads them once more. */
    private static void doubleMap(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = process.map(BUFFER_PAGES);
        process.fill(buffer, INDEX);
        process.protect(buffer, Protection.READ);
        Commands first = process.device(0);
        Commands second = process.device(1);
        expectRead(process, first, buffer);
        expectRead(process, second, buffer);
        migrateAll(process, second, buffer);
        expectRead(process, first, buffer);
        assertThat(second.resident(buffer)).isEqualTo(rig.variant().coherent() ? BUFFER_PAGES : 0);
    }

    private static void expectRead(UserProcess process, Commands device, Buffer buffer) {
        assertThat(device.read(buffer)).isEqualTo(Reply.done(buffer.pages(), 1));
        process.expect(device.mirror(buffer), INDEX);
        process.fill(device.mirror(buffer), UserProcess.ZERO);
    }
}
