package moraine.testkit.hmm;

import static moraine.core.api.model.Snapshot.DEV_COHERENT_LOCAL;
import static moraine.core.api.model.Snapshot.DEV_PRIVATE_LOCAL;
import static moraine.core.api.model.Snapshot.PMD;
import static moraine.core.api.model.Snapshot.READ;
import static moraine.core.api.model.Snapshot.WRITE;
import static moraine.testkit.hmm.UserProcess.INDEX;
import static moraine.testkit.hmm.UserProcess.INVERSE;
import static moraine.testkit.hmm.UserProcess.LARGE_PAGES;
import static moraine.testkit.hmm.UserProcess.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import moraine.core.api.model.Advice;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Sharing;
import moraine.core.api.model.Snapshot;

/** Devices and 2 MiB pages. */
final class HugeScenarios {
    private HugeScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.single("anon_write_huge", "large", rig -> rig.large(HugeScenarios::write)),
                Scenario.single("anon_write_hugetlbfs", "large", HugeScenarios::writeReserved),
                Scenario.single("compound", "large", HugeScenarios::compound),
                Scenario.single("migrate_anon_huge_empty", "large", rig -> rig.large(HugeScenarios::migrateEmpty)),
                Scenario.single("migrate_anon_huge_zero", "large", rig -> rig.large(HugeScenarios::migrateZero)),
                Scenario.single("migrate_anon_huge_free", "large", rig -> rig.large(HugeScenarios::free)),
                Scenario.single("migrate_anon_huge_fault", "large", HugeScenarios::fault));
    }

    /** {@return memory of one large page, filled by the CPU} */
    static Buffer filled(UserProcess process) {
        Buffer buffer = process.mapAligned(LARGE_PAGES);
        process.fill(buffer, INDEX);
        assertThat(process.large(buffer)).isTrue();
        return buffer;
    }

    /** {@return memory that is made of large pages and nothing else, one of them, untouched} */
    private static Buffer reserved(UserProcess process) {
        return process.map(MapRequest.anonymous(LARGE_PAGES * Pages.SIZE).largePages());
    }

    /** {@return what a snapshot shows of pages of the device that is asked} */
    static int local(Rig rig) {
        return rig.variant().coherent() ? DEV_COHERENT_LOCAL : DEV_PRIVATE_LOCAL;
    }

    /** Every page of a range shows the same byte in a snapshot. */
    static void expectAll(Commands device, Buffer buffer, int page) {
        List<String> texts = SnapshotScenarios.texts(device.snapshot(buffer));
        assertThat(texts).hasSize((int) buffer.pages());
        assertThat(Set.copyOf(texts)).containsExactly(SnapshotScenarios.text(page));
    }

    /** A device touches a range first that may be one large page, and writes it. */
    private static void write(Rig rig) {
        UserProcess process = rig.process();
        writeUntouched(process, process.mapAligned(LARGE_PAGES));
    }

    /** The same where no other page may be, and once more when it is there. */
    private static void writeReserved(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = reserved(process);
        writeUntouched(process, buffer);
        process.protect(buffer, Protection.READ);
        process.protect(buffer, Protection.READ_WRITE);
        Commands device = process.device(0);
        process.fill(device.mirror(buffer), INVERSE);
        assertThat(device.write(buffer)).isEqualTo(Reply.done(LARGE_PAGES, 1));
        expectAll(device, buffer, WRITE | PMD);
        process.expect(buffer, INVERSE);
    }

    private static void writeUntouched(UserProcess process, Buffer buffer) {
        Commands device = process.device(0);
        process.fill(device.mirror(buffer), INDEX);
        assertThat(device.write(buffer)).isEqualTo(Reply.done(LARGE_PAGES, 1));
        expectAll(device, buffer, WRITE | PMD);
        process.expect(buffer, INDEX);
    }

    /** A snapshot tells the size of the leaf, whatever the mapping allows. */
    private static void compound(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = reserved(process);
        process.fill(buffer, INDEX);
        Commands device = process.device(0);
        expectAll(device, buffer, WRITE | PMD);
        process.protect(buffer, Protection.READ);
        expectAll(device, buffer, READ | PMD);
    }

    /** A hole that could be a large page is made on the device, as one. */
    private static void migrateEmpty(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = process.map(
                new MapRequest(LARGE_PAGES * Pages.SIZE, Protection.READ, Sharing.PRIVATE, 0, Pages.LARGE_SIZE));
        Commands device = process.device(0);
        device.mustMigrate(buffer);
        process.expect(device.mirror(buffer), ZERO);
        expectAll(device, buffer, local(rig) | READ | PMD);
        process.expect(buffer, ZERO);
    }

    /** {@return memory that shows one large page of zeros, by a read} */
    static Buffer zeros(UserProcess process) {
        Buffer buffer = process.mapAligned(LARGE_PAGES);
        assertThat(process.cpu().getInt(buffer.address())).isZero();
        expectAll(process.device(0), buffer, Snapshot.ZERO | READ | PMD);
        return buffer;
    }

    /** Zero pages are made on the device, and come back as zeros. */
    private static void migrateZero(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = zeros(process);
        Commands device = process.device(0);
        device.mustMigrate(buffer);
        process.expect(device.mirror(buffer), ZERO);
        expectAll(device, buffer, local(rig) | WRITE | PMD);
        process.expect(buffer, ZERO);
        assertThat(device.hidden(buffer)).isZero();
    }

    /** What is on the device may be given up; then it shows what it was or zeros, and takes what is written. */
    private static void free(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = filled(process);
        Commands device = process.device(0);
        device.mustMigrate(buffer);
        process.expect(device.mirror(buffer), INDEX);
        process.space().advise(buffer.address(), buffer.bytes(), Advice.FREE);
        for (int page = 0; page < buffer.pages(); page++) {
            int first = page * Pages.SIZE / Integer.BYTES;
            assertThat(process.cpu().getInt(buffer.page(page))).isIn(0, first);
        }
        process.fill(buffer, INVERSE);
        process.expect(buffer, INVERSE);
    }

    /** Small pages are made a large one, which stays one on its way to the device. */
    private static void fault(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = process.mapAligned(LARGE_PAGES);
        process.fill(buffer, INDEX);
        assertThat(process.large(buffer)).isFalse();
        process.space().advise(buffer.address(), buffer.bytes(), Advice.COLLAPSE);
        assertThat(process.large(buffer)).isTrue();
        Commands device = process.device(0);
        device.mustMigrate(buffer);
        process.expect(device.mirror(buffer), INDEX);
        expectAll(device, buffer, local(rig) | WRITE | PMD);
        assertThat(device.hidden(buffer)).isEqualTo(rig.variant().coherent() ? 0 : LARGE_PAGES);
        process.expect(buffer, INDEX);
        assertThat(device.hidden(buffer)).isZero();
    }
}
