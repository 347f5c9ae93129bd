package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.FAR;
import static moraine.testkit.cdm.TwoDevices.LOCAL;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static moraine.testkit.cdm.TwoDevices.PAGES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import moraine.core.api.model.Cause;
import moraine.core.api.model.DaemonInfo;
import moraine.core.api.model.Intent;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;

/** A tenant finds no room on a device that another's idle pages fill, beside a daemon that arbitrates. */
final class ArbiterScenarios {
    private static final Set<Service> ARBITER = Set.of(Service.ARBITER);
    /** Pages of the owner. */
    private static final long OWNED = PAGES - 64;
    /** Pages that the other wants. */
    private static final long WANTED = PAGES / 4;

    private ArbiterScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.eitherWay("arbitration_of_idle_pages", Claim.YIELD, ArbiterScenarios::idle),
                Scenario.always("arbitration_waits_for_a_want", ArbiterScenarios::waits),
                Scenario.eitherWay("arbitration_spares_what_may_not_go", Claim.YIELD, ArbiterScenarios::spares));
    }

    /** The starved has what it wants, and the owner all it had but for the place; or nobody moves anything. */
    private static void idle(Rig rig) {
        Served with = Served.by(rig, ARBITER);
        TwoDevices on = with.on();
        long at = with.placed(OWNED, C);
        try (Neighbour starved = Neighbour.written(on, "starved", WANTED)) {
            if (rig.claims(Claim.YIELD)) {
                with.eventually("the starved tenant's pages on the device", () -> starved.bring(C) == WANTED);
                with.settles("pages that the owner yielded", () -> yielded(with, at));
            } else {
                with.rounds(() -> starved.bring(C));
                untouched(with, at, OWNED);
                assertThat(starved.on(C)).isLessThanOrEqualTo(PAGES - OWNED);
            }
            assertThat(on.used(OTHER_C)).as("pages of the other device").isZero();
            starved.expect();
        }
        on.expect(at, OWNED);
    }

    private static void yielded(Served with, long at) {
        assertThat(with.by(Cause.YIELD, LOCAL, at, OWNED) + with.by(Cause.YIELD, FAR, at, OWNED))
                .as("pages that the owner yielded")
                .isEqualTo(OWNED - with.on().count(at, OWNED, C))
                .isGreaterThanOrEqualTo(WANTED + OWNED - PAGES);
    }

    private static void untouched(Served with, long at, long pages) {
        assertThat(with.by(Cause.DRIVER, C, at, pages))
                .as("pages that nobody moved since")
                .isEqualTo(pages);
    }

    /** Pages lie idle, and nobody wants the room: they are not even looked at. */
    private static void waits(Rig rig) {
        Served with = Served.by(rig, ARBITER);
        TwoDevices on = with.on();
        long at = with.placed(OWNED, C);
        with.rounds();
        untouched(with, at, OWNED);
        assertThat(on.machine().daemons().stream()
                        .mapToLong(DaemonInfo::scannedPages)
                        .sum())
                .as("pages that the daemon looked at")
                .isZero();
        on.expect(at, OWNED);
    }

    /** Neither those go whose tenant may be nowhere else, nor those that somebody pins. */
    private static void spares(Rig rig) {
        Served with = Served.by(rig, ARBITER, LOCAL, C, FAR);
        TwoDevices on = with.on();
        long at = with.placed(OWNED, C);
        on.machine().tenant(on.tenant(), NodeSet.of(C), List.of());
        try (Neighbour starved = Neighbour.written(on, "starved", WANTED)) {
            with.rounds(() -> starved.bring(C));
            untouched(with, at, OWNED);
            long pinned = OWNED / 2;
            try (var _ = on.space().pin(at, pinned * Pages.SIZE, PinKind.SHORT, Intent.READ)) {
                on.machine().tenant(on.tenant(), NodeSet.of(LOCAL, C, FAR), List.of());
                if (rig.claims(Claim.YIELD)) {
                    with.eventually("room by pages that nobody pins", () -> starved.bring(C) == WANTED);
                } else {
                    with.rounds(() -> starved.bring(C));
                    untouched(with, at, OWNED);
                }
                untouched(with, at, pinned);
            }
            starved.expect();
        }
        on.expect(at, OWNED);
    }
}
