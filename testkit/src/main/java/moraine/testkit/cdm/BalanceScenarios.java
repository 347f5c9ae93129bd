package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.FAR;
import static moraine.testkit.cdm.TwoDevices.LOCAL;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import moraine.core.api.model.Cause;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.VmaInfo;

/** CPUs use ranges beside a daemon that balances. */
final class BalanceScenarios {
    private static final Set<Service> BALANCE = Set.of(Service.BALANCE);
    private static final long SOME = 16;
    private static final long SEED = 815;
    private static final int MOVES = 150;

    private BalanceScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.eitherWay("balancing_of_a_mixed_range", Claim.PROMOTION, BalanceScenarios::mixed),
                Scenario.eitherWay("balancing_without_ram_pages", Claim.PROMOTION, BalanceScenarios::deviceOnly),
                Scenario.always("random_moves_beside_daemons", BalanceScenarios::random));
    }

    /** Goes on for the RAM pages of a range, and takes those of a device where its memory lets hints be planted. */
    private static void mixed(Rig rig) {
        Served with = Served.by(rig, BALANCE);
        TwoDevices on = with.on();
        long at = on.map(3 * SOME);
        long device = at + SOME * Pages.SIZE;
        long far = device + SOME * Pages.SIZE;
        with.write(at, 0, 3 * SOME);
        with.prove(at, SOME, LOCAL);
        with.bring(device, SOME, C);
        with.bring(far, SOME, FAR, () -> {
            MigrationReport _ = on.space().migrate(far, SOME * Pages.SIZE, FAR, Cause.USER);
        });
        List<VmaInfo> before = on.space().info().mappings();
        boolean promotes = rig.claims(Claim.PROMOTION);
        with.eventually("RAM pages near who uses them", () -> {
            on.expect(at, 3 * SOME);
            return with.by(Cause.BALANCE, LOCAL, far, SOME) == SOME
                    && (!promotes || with.by(Cause.PROMOTION, LOCAL, device, SOME) == SOME);
        });
        if (!promotes) {
            with.rounds(() -> on.expect(at, 3 * SOME));
            assertThat(with.by(Cause.DRIVER, C, device, SOME))
                    .as("pages that nobody moved since")
                    .isEqualTo(SOME);
        }
        assertThat(on.space().info().mappings()).isEqualTo(before);
        on.expect(at, 3 * SOME);
    }

    /** Pages of a device are hinted where that is claimed; elsewhere no touch of them ever costs a fault. */
    private static void deviceOnly(Rig rig) {
        Served with = Served.by(rig, BALANCE);
        TwoDevices on = with.on();
        long at = with.placed(SOME, C);
        if (rig.claims(Claim.PROMOTION)) {
            with.eventually("pages in RAM", () -> {
                on.expect(at, SOME);
                return with.by(Cause.PROMOTION, LOCAL, at, SOME) == SOME;
            });
            assertThat(on.machine().counter("numa_hint_faults")).isGreaterThanOrEqualTo(SOME);
            return;
        }
        // What was planted while the pages were in RAM is counted by then.
        with.rounds();
        long hints = on.machine().counter("numa_pte_updates");
        with.rounds(() -> on.expect(at, SOME));
        assertThat(on.machine().counter("numa_pte_updates")).as("hints planted").isEqualTo(hints);
        with.prove(at, SOME, C);
    }

    /** Every word survives random moves by drivers while all daemons work on the same pages. */
    private static void random(Rig rig) {
        Served with = Served.by(rig, Set.of(Service.values()));
        TwoDevices on = with.on();
        long at = with.placed(4 * SOME, C);
        Served.Cold cold = with.cold();
        var random = new SplittableRandom(SEED);
        for (int step = 0; step < MOVES; step++) {
            int first = random.nextInt((int) (4 * SOME));
            long bytes = (1L + random.nextInt((int) (4 * SOME) - first)) * Pages.SIZE;
            long from = at + (long) first * Pages.SIZE;
            int node = random.nextBoolean() ? C : OTHER_C;
            if (random.nextBoolean()) {
                on.device(node).migrateToDevice(on.space(), from, bytes);
            } else {
                on.device(node).migrateToSystem(on.space(), from, bytes);
            }
            on.cpu().putLong(from, first);
        }
        on.expect(at, 4 * SOME);
        on.expect(cold.at(), cold.pages() / 2);
        assertThat(with.pages(at, 4 * SOME, page -> page.state() == PageState.POISONED))
                .isZero();
    }
}
