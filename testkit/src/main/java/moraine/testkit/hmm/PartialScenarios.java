package moraine.testkit.hmm;

import static moraine.core.api.model.Snapshot.PMD;
import static moraine.core.api.model.Snapshot.WRITE;
import static moraine.testkit.hmm.UserProcess.INDEX;
import static moraine.testkit.hmm.UserProcess.INVERSE;
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

    /** Half is moved to another address, before all migrates or after, and leaves an empty mapping or none. */
    private static void remap(Rig rig, boolean large) {
        for (long offset : OFFSETS) {
            for (boolean keep : List.of(false, true)) {
                remapAfter(rig, offset, keep, large);
                remapBefore(rig, offset, keep, large);
            }
        }
    }

    private static void remapAfter(Rig rig, long offset, boolean keep, boolean large) {
        UserProcess process = rig.process();
        Buffer buffer = migrated(process, large);
        expectMoved(process, buffer, offset, keep, move(process, buffer.part(offset, HALF), keep));
    }

    private static void remapBefore(Rig rig, long offset, boolean keep, boolean large) {
        UserProcess process = rig.process();
        Buffer buffer = process.mapAligned(LARGE_PAGES);
        process.fill(buffer, INDEX);
        assertThat(process.large(buffer)).isEqualTo(large);
        Buffer moved = move(process, buffer.part(offset, HALF), keep);
        Commands device = process.device(0);
        device.mustMigrate(moved);
        process.expect(device.mirror(moved), from(offset));
        expectMoved(process, buffer, offset, keep, moved);
    }

    private static Buffer move(UserProcess process, Buffer half, boolean keep) {
        Buffer moved = keep ? process.moveAndKeep(half) : process.move(half);
        assertThat(moved.address()).isNotEqualTo(half.address());
        return moved;
    }

    private static void expectMoved(UserProcess process, Buffer buffer, long offset, boolean keep, Buffer moved) {
        process.expect(moved.part(0, HALF), from(offset));
        process.expect(buffer.part(0, offset), INDEX);
        long after = offset + HALF;
        process.expect(buffer.part(after, LARGE_PAGES - after), from(after));
        if (keep) {
            expectNew(process, buffer.part(offset, HALF), moved, offset);
        }
    }

    /** What stayed behind is memory that nobody has written: for CPU and device, and apart from what went. */
    private static void expectNew(UserProcess process, Buffer left, Buffer moved, long offset) {
        Commands device = process.device(0);
        assertThat(device.read(left.firstHalf())).isEqualTo(Reply.done(left.pages() / 2, 1));
        process.expect(device.mirror(left.firstHalf()), ZERO);
        process.expect(left, ZERO);
        process.fill(left, INVERSE);
        process.expect(left, INVERSE);
        process.expect(moved, from(offset));
    }

    /** Where no large page is free at the destination, base pages take its place: on the way there, and back. */
    private static void noRoom(Rig rig) {
        UserProcess process = rig.process();
        noRoom(rig, process, HugeScenarios.filled(process), HugeScenarios.filled(process), INDEX);
    }

    /** The same for what was never written: untouched, and read once. */
    private static void noRoomForZeros(Rig rig) {
        UserProcess process = rig.process();
        Buffer first = HugeScenarios.zeros(process);
        Buffer second = HugeScenarios.zeros(process);
        noRoom(rig, process, process.mapAligned(LARGE_PAGES), process.mapAligned(LARGE_PAGES), ZERO);
        noRoom(rig, process, first, second, ZERO);
    }

    private static void noRoom(Rig rig, UserProcess process, Buffer going, Buffer coming, IntUnaryOperator pattern) {
        Commands device = process.device(0);
        int there = HugeScenarios.local(rig) | WRITE;
        try (Fragments _ = Fragments.ofDevice(rig, process, device)) {
            device.mustMigrate(going);
            process.expect(device.mirror(going), pattern);
            HugeScenarios.expectAll(device, going, there);
            process.expect(going.one(0), pattern);
            boolean stays = rig.variant().coherent();
            assertThat(device.resident(going)).isEqualTo(stays ? LARGE_PAGES : LARGE_PAGES - 1);
            device.migrateToSystem(going);
        }
        assertThat(device.resident(going)).isZero();
        process.expect(going, pattern);

        device.mustMigrate(coming);
        process.expect(device.mirror(coming), pattern);
        HugeScenarios.expectAll(device, coming, there | PMD);
        try (Fragments _ = Fragments.ofMemory(rig, process)) {
            assertThat(device.migrateToSystem(coming)).isEqualTo(Reply.done(LARGE_PAGES, 0));
            HugeScenarios.expectAll(device, coming, WRITE);
            process.expect(coming, pattern);
        }
    }
}
