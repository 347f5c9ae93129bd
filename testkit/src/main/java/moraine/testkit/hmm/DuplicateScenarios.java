package moraine.testkit.hmm;

import static moraine.core.api.model.Snapshot.READ;
import static moraine.testkit.hmm.UserProcess.INDEX;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.IntUnaryOperator;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Errno;

/** Devices read pages that are advised to be read mostly; not among the kernel's tests. */
final class DuplicateScenarios {
    private static final int PAGES = 8;
    private static final IntUnaryOperator LATER = index -> INDEX.applyAsInt(index) + 7;

    private DuplicateScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.single("moraine_read_mostly", "read-mostly", rig -> readMostly(rig, 1)),
                Scenario.pair("moraine_read_mostly_pair", "read-mostly", rig -> readMostly(rig, 2)));
    }

    /** Every device gets its own copy and the pages stay; a write by a CPU or a device takes all copies away first. */
    private static void readMostly(Rig rig, int devices) {
        UserProcess process = rig.process();
        Buffer buffer = process.map(PAGES);
        process.fill(buffer, INDEX);
        process.space().advise(buffer.address(), buffer.bytes(), Advice.READ_MOSTLY);
        readByAll(process, buffer, devices, INDEX);
        assertThat(rig.machine().counter("duplicates.pages")).isEqualTo((long) devices * PAGES);
        assertThat(SnapshotScenarios.texts(process.device(0).snapshot(buffer)))
                .containsOnly(SnapshotScenarios.text(READ));

        process.fill(buffer.firstHalf(), LATER);
        assertThat(rig.machine().counter("duplicates.pages")).isEqualTo((long) devices * PAGES / 2);
        readByAll(process, buffer.firstHalf(), devices, LATER);
        assertThat(rig.machine().counter("duplicates.pages")).isEqualTo((long) devices * PAGES);

        assertThat(process.device(0).write(buffer.firstHalf()).pages()).isEqualTo(PAGES / 2);
        assertThat(rig.machine().counter("duplicates.pages")).isEqualTo((long) devices * PAGES / 2);
        process.space().advise(buffer.address(), buffer.bytes(), Advice.NOT_READ_MOSTLY);
        assertThat(rig.machine().counter("duplicates.pages")).isZero();
    }

    private static void readByAll(UserProcess process, Buffer range, int devices, IntUnaryOperator pattern) {
        for (int device = 0; device < devices; device++) {
            Commands reader = process.device(device);
            assertThat(reader.read(range).errno()).isEqualTo(Errno.OK);
            process.expect(reader.mirror(range), pattern);
        }
        process.expect(range, pattern);
    }
}
