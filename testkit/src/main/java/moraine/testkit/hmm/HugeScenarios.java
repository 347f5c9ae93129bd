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
import moraine.core.api.model.Advice;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Sharing;

/** Devices and 2 MiB pages. */
final class HugeScenarios {
    private HugeScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.single("anon_write_huge", "large", rig -> rig.large(HugeScenarios::write)),
                Scenario.single("anon_write_hugetlbfs", "large", rig -> rig.large(HugeScenarios::writePresent)),
                Scenario.single("compound", "large", rig -> rig.large(HugeScenarios::compound)),
                Scenario.single("migrate_anon_huge_empty", "large", rig -> rig.large(HugeScenarios::migrateEmpty)),
                Scenario.single("migrate_anon_huge_zero", "large", rig -> rig.large(HugeScenarios::migrateZero)),
                Scenario.single("migrate_anon_huge_free", "large", rig -> rig.large(HugeScenarios::free)),
                Scenario.single("migrate_anon_huge_fault", "large", rig -> rig.large(HugeScenarios::fault)));
    }

    /** {@return memory of one large page, filled by the CPU} */
    static Buffer filled(UserProcess process) {
        Buffer buffer = process.mapAligned(LARGE_PAGES);
        process.fill(buffer, INDEX);
        assertThat(process.large(buffer)).isTrue();
        return buffer;
    }

    private static void expectAll(Commands device, Buffer buffer, int page) {
        assertThat(SnapshotScenarios.texts(device.snapshot(buffer)))
                .hasSize((int) buffer.pages())
                .containsOnly(SnapshotScenarios.text(page));
    }

    /** A device touches a range first that may be one large page, and writes it. */
    private static void write(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = process.mapAligned(LARGE_PAGES);
        Commands device = process.device(0);
        process.fill(device.mirror(buffer), INDEX);
        assertThat(device.write(buffer)).isEqualTo(Reply.done(LARGE_PAGES, 1));
        expectAll(device, buffer, WRITE | PMD);
        process.expect(buffer, INDEX);
    }

    /** A device writes a large page that is there already. */
    private static void writePresent(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = filled(process);
        Commands device = process.device(0);
        process.fill(device.mirror(buffer), INVERSE);
        assertThat(device.write(buffer)).isEqualTo(Reply.done(LARGE_PAGES, 1));
        expectAll(device, buffer, WRITE | PMD);
        process.expect(buffer, INVERSE);
    }

    /** A snapshot tells the size of the leaf, whatever the mapping allows. */
    private static void compound(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = filled(process);
        Commands device = process.device(0);
        expectAll(device, buffer, WRITE | PMD);
        process.protect(buffer, Protection.READ);
        expectAll(device, buffer, READ | PMD);
    }

    /** A hole that could be a large page is made on the device. */
    private static void migrateEmpty(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = process.map(
                new MapRequest(LARGE_PAGES * Pages.SIZE, Protection.READ, Sharing.PRIVATE, 0, Pages.LARGE_SIZE));
        Commands device = process.device(0);
        device.mustMigrate(buffer);
        process.expect(device.mirror(buffer), ZERO);
    }

    /** Zero pages are made on the device, and come back as zeros. */
    private static void migrateZero(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = process.mapAligned(LARGE_PAGES);
        process.expect(buffer, ZERO);
        Commands device = process.device(0);
        device.mustMigrate(buffer);
        process.expect(device.mirror(buffer), ZERO);
        process.expect(buffer, ZERO);
    }

    /** What is on the device may be given up. */
    private static void free(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = filled(process);
        Commands device = process.device(0);
        device.mustMigrate(buffer);
        process.expect(device.mirror(buffer), INDEX);
        process.space().advise(buffer.address(), buffer.bytes(), Advice.FREE);
    }

    /** A large page stays one on its way there. */
    private static void fault(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = filled(process);
        Commands device = process.device(0);
        device.mustMigrate(buffer);
        process.expect(device.mirror(buffer), INDEX);
        boolean coherent = rig.variant().coherent();
        expectAll(device, buffer, (coherent ? DEV_COHERENT_LOCAL : DEV_PRIVATE_LOCAL) | WRITE | PMD);
        assertThat(device.hidden(buffer)).isEqualTo(coherent ? 0 : LARGE_PAGES);
        process.expect(buffer, INDEX);
        assertThat(device.hidden(buffer)).isZero();
    }
}
