package moraine.testkit.hmm;

import static moraine.testkit.hmm.UserProcess.INDEX;
import static moraine.testkit.hmm.UserProcess.LARGE_PAGES;
import static moraine.testkit.hmm.UserProcess.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.IntUnaryOperator;
import moraine.core.api.model.Pages;

/** Large pages of which a part goes away, and large pages for which there is no room as a whole. */
final class PartialScenarios {
    private static final long HALF = LARGE_PAGES / 2;
    private static final List<Long> OFFSETS = List.of(0L, LARGE_PAGES / 4, HALF);
    private static final int INTS = Pages.SIZE / Integer.BYTES;

    private PartialScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.single("migrate_partial_unmap_fault", "large", rig -> rig.both(PartialScenarios::unmap)),
                Scenario.single("migrate_remap_fault", "large", rig -> rig.both(PartialScenarios::remap)),
                Scenario.single("migrate_anon_huge_err", "large", rig -> rig.large(PartialScenarios::noRoom)),
                Scenario.single(
                        "migrate_anon_huge_zero_err", "large", rig -> rig.large(PartialScenarios::noRoomForZeros)));
    }

    private static Buffer migrated(UserProcess process, boolean large) {
        Buffer buffer = process.mapAligned(LARGE_PAGES);
        process.fill(buffer, INDEX);
        assertThat(process.large(buffer)).isEqualTo(large);
        process.device(0).mustMigrate(buffer);
        return buffer;
    }

    /** {@return the pattern of what lies a number of pages into a buffer} */
    private static IntUnaryOperator from(long page) {
        return index -> index + (int) page * INTS;
    }

    /** Half is unmapped while all is on the device: the rest comes home intact. */
    private static void unmap(Rig rig, boolean large) {
        for (long offset : OFFSETS) {
            UserProcess process = rig.process();
            Buffer buffer = migrated(process, large);
            process.unmap(buffer.part(offset, HALF));
            process.expect(buffer.part(0, offset), INDEX);
            long after = offset + HALF;
            process.expect(buffer.part(after, LARGE_PAGES - after), from(after));
        }
    }

    /** Half is moved to another address, before all migrates or after. */
    private static void remap(Rig rig, boolean large) {
        for (long offset : OFFSETS) {
            remapAfter(rig, offset, large);
            remapBefore(rig, offset, large);
        }
    }

    private static void remapAfter(Rig rig, long offset, boolean large) {
        UserProcess process = rig.process();
        Buffer buffer = migrated(process, large);
        expectMoved(process, buffer, offset, process.move(buffer.part(offset, HALF)));
    }

    private static void remapBefore(Rig rig, long offset, boolean large) {
        UserProcess process = rig.process();
        Buffer buffer = process.mapAligned(LARGE_PAGES);
        process.fill(buffer, INDEX);
        assertThat(process.large(buffer)).isEqualTo(large);
        Buffer moved = process.move(buffer.part(offset, HALF));
        process.device(0).mustMigrate(moved);
        expectMoved(process, buffer, offset, moved);
    }

    private static void expectMoved(UserProcess process, Buffer buffer, long offset, Buffer moved) {
        process.expect(moved.part(0, HALF), from(offset));
        process.expect(buffer.part(0, offset), INDEX);
        long after = offset + HALF;
        process.expect(buffer.part(after, LARGE_PAGES - after), from(after));
    }

    /** Where no large page is free at the destination, base pages take its place: on the way there, and back. */
    private static void noRoom(Rig rig) {
        UserProcess process = rig.process();
        Commands device = process.device(0);
        Buffer buffer = HugeScenarios.filled(process);
        Buffer other = HugeScenarios.filled(process);
        try (Fragments _ = Fragments.ofDevice(rig, process, device)) {
            device.mustMigrate(buffer);
            process.expect(device.mirror(buffer), INDEX);
            process.expect(buffer.one(0), INDEX);
        }
        process.expect(buffer, INDEX);

        device.mustMigrate(other);
        try (Fragments _ = Fragments.ofMemory(rig, process)) {
            assertThat(device.migrateToSystem(other)).isEqualTo(Reply.done(LARGE_PAGES, 0));
            process.expect(other, INDEX);
        }
    }

    /** The same for what was never written. */
    private static void noRoomForZeros(Rig rig) {
        UserProcess process = rig.process();
        Commands device = process.device(0);
        Buffer buffer = process.mapAligned(LARGE_PAGES);
        process.expect(buffer, ZERO);
        try (Fragments _ = Fragments.ofDevice(rig, process, device)) {
            device.mustMigrate(buffer);
            process.expect(device.mirror(buffer), ZERO);
            process.expect(buffer.one(0), ZERO);
        }
        Buffer other = process.mapAligned(LARGE_PAGES);
        device.mustMigrate(other);
        try (Fragments _ = Fragments.ofMemory(rig, process)) {
            assertThat(device.migrateToSystem(other)).isEqualTo(Reply.done(LARGE_PAGES, 0));
            process.expect(other, ZERO);
        }
    }
}
