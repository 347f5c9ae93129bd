package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.LOCAL;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;

/** Pages of a device are held for long; what that means for the device that goes. */
final class UnplugScenarios {
    private static final long SOME = 4;
    private static final long BYTES = SOME * Pages.SIZE;

    private UnplugScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.claimed("pin_long_holds_the_page", Claim.LONG_PIN_HOLDS, UnplugScenarios::holds),
                Scenario.eitherWay("pin_long_and_unplug", Claim.LONG_PIN_HOLDS, UnplugScenarios::unplug));
    }

    private static Pin pin(TwoDevices on, long at) {
        return on.space().pin(at, BYTES, PinKind.LONG, Intent.WRITE);
    }

    private static void holds(Rig rig) {
        Served with = Served.by(rig, Set.of());
        TwoDevices on = with.on();
        long at = with.placed(SOME, C);
        try (Pin _ = pin(on, at)) {
            with.prove(at, SOME, C);
            assertThat(on.device(C).migrateToSystem(on.space(), at, BYTES).movedPages())
                    .as("pages that a pin holds")
                    .isZero();
        }
        on.device(C).migrateToSystem(on.space(), at, BYTES);
        with.prove(at, SOME, LOCAL);
        on.expect(at, SOME);
    }

    /**
     * A pin that holds pages on the device keeps its memory from going until it is closed. One that brought them to RAM
     * first, or failed, keeps nothing.
     */
    private static void unplug(Rig rig) {
        Served with = Served.by(rig, Set.of());
        TwoDevices on = with.on();
        long at = with.placed(SOME, C);
        if (rig.claims(Claim.LONG_PIN_REFUSED)) {
            assertThat(TwoDevices.errno(() -> pin(on, at).close())).isEqualTo("EACCES");
            with.prove(at, SOME, C);
            rig.withdraw();
        } else {
            withdrawHeld(rig, with, at);
        }
        with.eventually("both devices' memory off", () -> off(on, C) && off(on, OTHER_C));
        assertThat(on.machine().lostPages()).isEmpty();
        with.prove(at, SOME, LOCAL);
        on.expect(at, SOME);
        rig.restore();
        with.eventually("both devices", () -> on.machine().devices().size() == 2);
        with.eventually("pages on the device again", () -> {
            with.move(at, SOME, C);
            return on.count(at, SOME, C) == SOME;
        });
        on.expect(at, SOME);
    }

    private static void withdrawHeld(Rig rig, Served with, long at) {
        boolean holds = rig.claims(Claim.LONG_PIN_HOLDS);
        try (Pin _ = pin(with.on(), at)) {
            with.prove(at, SOME, holds ? C : LOCAL);
            rig.withdraw();
            with.eventually("the other device's memory off", () -> off(with.on(), OTHER_C));
            if (holds) {
                assertThat(off(with.on(), C)).as("memory off under a pin").isFalse();
                with.prove(at, SOME, C);
                with.on().expect(at, SOME);
            }
        }
    }

    private static boolean off(TwoDevices on, int node) {
        return on.node(node).pages() == 0;
    }
}
