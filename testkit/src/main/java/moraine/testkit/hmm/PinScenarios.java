package moraine.testkit.hmm;

import static moraine.core.api.model.Snapshot.DEV_COHERENT_LOCAL;
import static moraine.core.api.model.Snapshot.WRITE;
import static moraine.testkit.hmm.UserProcess.INDEX;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Intent;
import moraine.core.api.model.PinKind;

/** Somebody pins pages that are on a device. */
final class PinScenarios {
    private static final List<PinKind> KINDS = List.of(PinKind.SHORT, PinKind.SHORT, PinKind.LONG, PinKind.LONG);

    private PinScenarios() {}

    static List<Scenario> all() {
        return List.of(Scenario.single("hmm_gup_test", "pin", PinScenarios::pin));
    }

    /** A short pin leaves a coherent page where it is; a long one, and any of a private page, takes it home first. */
    private static void pin(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = process.map(KINDS.size());
        process.fill(buffer, INDEX);
        Commands device = process.device(0);
        device.mustMigrate(buffer);
        process.expect(device.mirror(buffer), INDEX);
        List<Pin> pins = new ArrayList<>();
        for (int page = 0; page < KINDS.size(); page++) {
            Buffer one = buffer.one(page);
            pins.add(process.space().pin(one.address(), one.bytes(), KINDS.get(page), Intent.WRITE));
        }
        String home = SnapshotScenarios.text(WRITE);
        String there = rig.variant().coherent() ? SnapshotScenarios.text(DEV_COHERENT_LOCAL | WRITE) : home;
        assertThat(SnapshotScenarios.texts(device.snapshot(buffer))).containsExactly(there, there, home, home);
        pins.forEach(Pin::close);
        assertThat(SnapshotScenarios.texts(device.snapshot(buffer))).containsExactly(there, there, home, home);
        process.expect(buffer, INDEX);
    }
}
