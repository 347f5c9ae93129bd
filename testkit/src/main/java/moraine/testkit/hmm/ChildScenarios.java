package moraine.testkit.hmm;

import static moraine.testkit.hmm.UserProcess.BUFFER_PAGES;
import static moraine.testkit.hmm.UserProcess.INDEX;
import static moraine.testkit.hmm.UserProcess.INVERSE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Snapshot;

/** Devices, fork and copy-on-write. */
final class ChildScenarios {
    private static final int COW_PAGES = 4;

    private ChildScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.single("anon_write_child", "fork", ChildScenarios::write),
                Scenario.single("anon_write_child_shared", "fork", ChildScenarios::writeShared),
                Scenario.single("hmm_cow_in_device", "fork", ChildScenarios::copyOnWriteInDevice));
    }

    private static void write(Rig rig) {
        rig.both((on, large) -> {
            write(on, false, true, large);
            write(on, true, true, large);
            write(on, true, false, large);
        });
    }

    /**
     * The child's device writes a copy; the parent keeps what it had.
     *
     * @param seen whether the child's CPU looks first, which brings private pages home
     */
    private static void write(Rig rig, boolean migrated, boolean seen, boolean large) {
        UserProcess parent = rig.process();
        Buffer buffer = parent.mapAligned(BUFFER_PAGES);
        parent.fill(buffer, INDEX);
        assertThat(parent.large(buffer)).isEqualTo(large);
        if (migrated) {
            Commands device = parent.device(0);
            device.mustMigrate(buffer);
            parent.expect(device.mirror(buffer), INDEX);
        }
        try (UserProcess child = parent.fork()) {
            if (seen) {
                child.expect(buffer, INDEX);
            }
            Commands device = child.device(0);
            child.fill(device.mirror(buffer), INVERSE);
            assertThat(device.write(buffer)).isEqualTo(Reply.done(BUFFER_PAGES, 1));
            child.expect(buffer, INVERSE);
            parent.expect(buffer, INDEX);
        }
        parent.expect(buffer, INDEX);
    }

    /** What the child's device writes into shared memory, the parent sees. */
    private static void writeShared(Rig rig) {
        UserProcess parent = rig.process();
        Buffer buffer =
                parent.map(MapRequest.anonymous(BUFFER_PAGES * Pages.SIZE).shared());
        parent.fill(buffer, INDEX);
        try (UserProcess child = parent.fork()) {
            child.expect(buffer, INDEX);
            Commands device = child.device(0);
            child.fill(device.mirror(buffer), INVERSE);
            assertThat(device.write(buffer)).isEqualTo(Reply.done(BUFFER_PAGES, 1));
        }
        parent.expect(buffer, INVERSE);
    }

    /** The parent writes pages that it shares on the device: its copies are in system memory. */
    private static void copyOnWriteInDevice(Rig rig) {
        UserProcess parent = rig.process();
        Buffer buffer = parent.map(COW_PAGES);
        parent.fill(buffer, INDEX);
        Commands device = parent.device(0);
        device.mustMigrate(buffer);
        try (UserProcess child = parent.fork()) {
            parent.fill(buffer, INVERSE);
            child.expect(buffer, INDEX);
        }
        assertThat(device.snapshot(buffer)).containsOnly(Snapshot.WRITE);
        parent.expect(buffer, INVERSE);
    }
}
