package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;

/** Somebody pins pages that are on a device. */
final class PinScenarios {
    private static final long BYTES = 4 * Pages.SIZE;

    private PinScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.always("pin_short_stays", PinScenarios::shortStays),
                Scenario.claimed("pin_long_migrates_first", Claim.LONG_PIN_LEAVES, PinScenarios::longLeaves),
                Scenario.claimed("pin_long_fails_page_stays", Claim.LONG_PIN_REFUSED, PinScenarios::longRefused));
    }

    /** {@return the address of four pages on the device} */
    private static long there(TwoDevices on) {
        long at = on.map(4);
        on.touch(at, 4);
        on.device(C).migrateToDevice(on.space(), at, BYTES);
        assertThat(on.where(at, 4)).isEqualTo("1");
        return at;
    }

    private static void shortStays(Rig rig) {
        TwoDevices on = rig.on();
        long at = there(on);
        try (Pin _ = on.space().pin(at, 2 * Pages.SIZE, PinKind.SHORT, Intent.WRITE)) {
            assertThat(on.where(at, 4)).isEqualTo("1");
            assertThat(on.device(C).migrateToSystem(on.space(), at, BYTES).movedPages())
                    .isEqualTo(2);
            assertThat(on.where(at, 2)).as("pinned pages").isEqualTo("1");
        }
        on.device(C).migrateToSystem(on.space(), at, BYTES);
        assertThat(on.where(at, 4)).isEqualTo("0");
        on.expect(at, 4);
    }

    private static void longLeaves(Rig rig) {
        TwoDevices on = rig.on();
        long at = there(on);
        try (Pin _ = on.space().pin(at, 2 * Pages.SIZE, PinKind.LONG, Intent.WRITE)) {
            assertThat(on.where(at, 2)).as("pinned pages").isEqualTo("0");
            assertThat(on.where(at + 2 * Pages.SIZE, 2)).as("the others").isEqualTo("1");
            assertThat(on.device(C).migrateToDevice(on.space(), at, BYTES).movedPages())
                    .isZero();
        }
        on.device(C).migrateToDevice(on.space(), at, BYTES);
        assertThat(on.where(at, 4)).isEqualTo("1");
        on.expect(at, 4);
    }

    private static void longRefused(Rig rig) {
        TwoDevices on = rig.on();
        long at = there(on);
        assertThat(TwoDevices.errno(() -> on.space()
                        .pin(at, 2 * Pages.SIZE, PinKind.LONG, Intent.WRITE)
                        .close()))
                .isEqualTo("EACCES");
        assertThat(on.where(at, 4)).isEqualTo("1");
        assertThat(on.device(C).migrateToSystem(on.space(), at, BYTES).movedPages())
                .as("pages that nothing holds")
                .isEqualTo(4);
        on.expect(at, 4);
    }
}
