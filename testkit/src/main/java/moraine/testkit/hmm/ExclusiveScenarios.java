package moraine.testkit.hmm;

import static moraine.testkit.hmm.UserProcess.BUFFER_PAGES;
import static moraine.testkit.hmm.UserProcess.INDEX;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.IntUnaryOperator;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Protection;

/** A device has pages for itself until somebody else touches them. */
final class ExclusiveScenarios {
    private static final IntUnaryOperator NEXT = index -> index + 1;

    private ExclusiveScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.single("exclusive", "exclusive", ExclusiveScenarios::exclusive),
                Scenario.single("exclusive_mprotect", "exclusive", ExclusiveScenarios::protect),
                Scenario.single("exclusive_cow", "exclusive", ExclusiveScenarios::copyOnWrite),
                Scenario.pair("moraine_exclusive_pair", "exclusive", ExclusiveScenarios::pair));
    }

    /** {@return memory that the device has for itself} */
    private static Buffer taken(UserProcess process, Commands device) {
        Buffer buffer = process.map(BUFFER_PAGES);
        process.fill(buffer, INDEX);
        assertThat(device.exclusive(buffer)).as("EXCLUSIVE").isEqualTo(Errno.OK);
        process.expect(device.mirror(buffer), INDEX);
        assertThat(device.checkExclusive(buffer)).as("CHECK_EXCLUSIVE").isEqualTo(Errno.EPERM);
        return buffer;
    }

    /** The device reads what it has for itself; a CPU's touch takes it away. */
    private static void exclusive(Rig rig) {
        UserProcess process = rig.process();
        Commands device = process.device(0);
        Buffer buffer = taken(process, device);
        assertThat(device.read(buffer).errno()).isEqualTo(Errno.OK);
        process.expect(device.mirror(buffer), INDEX);
        assertThat(device.checkExclusive(buffer)).isEqualTo(Errno.EPERM);

        process.increment(buffer);
        process.expect(buffer, NEXT);
        assertThat(device.checkExclusive(buffer)).isEqualTo(Errno.OK);
    }

    private static void protect(Rig rig) {
        UserProcess process = rig.process();
        Commands device = process.device(0);
        Buffer buffer = taken(process, device);
        process.protect(buffer, Protection.READ);
        assertThat(device.write(buffer).errno()).isEqualTo(Errno.EPERM);
        process.expect(buffer, INDEX);
    }

    /** Parent and child each see what they did themselves. */
    private static void copyOnWrite(Rig rig) {
        UserProcess parent = rig.process();
        Commands device = parent.device(0);
        Buffer buffer = taken(parent, device);
        try (UserProcess child = parent.fork()) {
            parent.increment(buffer);
            child.increment(buffer);
            child.expect(buffer, NEXT);
            parent.expect(buffer, NEXT);
        }
        assertThat(device.checkExclusive(buffer)).isEqualTo(Errno.OK);
    }

    /** Who asks last has the pages; not among the kernel's tests. */
    private static void pair(Rig rig) {
        UserProcess process = rig.process();
        Commands first = process.device(0);
        Commands second = process.device(1);
        Buffer buffer = taken(process, first);
        assertThat(second.exclusive(buffer)).as("EXCLUSIVE").isEqualTo(Errno.OK);
        process.expect(second.mirror(buffer), INDEX);
        assertThat(second.checkExclusive(buffer))
                .as("CHECK_EXCLUSIVE of who has them")
                .isEqualTo(Errno.EPERM);
        assertThat(first.checkExclusive(buffer))
                .as("CHECK_EXCLUSIVE of who had them")
                .isEqualTo(Errno.OK);
        assertThat(second.checkExclusive(buffer))
                .as("CHECK_EXCLUSIVE after the other asked")
                .isEqualTo(Errno.OK);
        process.expect(buffer, INDEX);
    }
}
