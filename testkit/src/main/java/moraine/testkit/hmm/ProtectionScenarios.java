package moraine.testkit.hmm;

import static moraine.testkit.hmm.UserProcess.BUFFER_PAGES;
import static moraine.testkit.hmm.UserProcess.INDEX;
import static moraine.testkit.hmm.UserProcess.INVERSE;
import static moraine.testkit.hmm.UserProcess.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;

/** What a mapping forbids, no device does. */
final class ProtectionScenarios {
    private ProtectionScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.single("anon_read_prot", "mirror", ProtectionScenarios::read),
                Scenario.single("anon_write_prot", "mirror", ProtectionScenarios::write));
    }

    private static void read(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = process.map(BUFFER_PAGES);
        process.fill(buffer, INDEX);
        Commands device = process.device(0);
        Buffer mirror = device.mirror(buffer);
        process.fill(mirror, INVERSE);
        process.protect(buffer, Protection.NONE);
        assertThat(device.read(buffer).errno()).isEqualTo(Errno.EFAULT);
        process.protect(buffer, Protection.READ_WRITE);
        process.expect(mirror, INVERSE);
        process.expect(buffer, INDEX);
    }

    private static void write(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer =
                process.map(MapRequest.anonymous(BUFFER_PAGES * Pages.SIZE).protect(Protection.READ));
        Commands device = process.device(0);
        process.fill(device.mirror(buffer), INDEX);
        assertThat(device.read(buffer.one(0))).isEqualTo(Reply.done(1, 1));
        process.expect(device.mirror(buffer.one(0)), ZERO);

        process.fill(device.mirror(buffer), INDEX);
        assertThat(device.write(buffer).errno()).isEqualTo(Errno.EPERM);
        process.expect(buffer, ZERO);

        process.protect(buffer, Protection.READ_WRITE);
        assertThat(device.write(buffer)).isEqualTo(Reply.done(BUFFER_PAGES, 1));
        process.expect(buffer, INDEX);
    }
}
