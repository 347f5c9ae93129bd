package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.FAR;
import static moraine.testkit.cdm.TwoDevices.LOCAL;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static moraine.testkit.cdm.TwoDevices.PAGES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import moraine.core.api.model.MbindFlag;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.Pages;
import moraine.testkit.AddOne;

/** Applications bind ranges, or are kept from it. */
final class BindScenarios {
    private static final long SOME = 8;
    private static final long TIMEOUT_NS = 30_000_000_000L;

    private BindScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.claimed("bind_whoever_touches", Claim.BIND, BindScenarios::whoeverTouches),
                Scenario.claimed("bind_stays_in_the_mask", Claim.BIND, BindScenarios::staysInTheMask),
                Scenario.claimed("bind_full_device_ends", Claim.BIND, BindScenarios::fullDevice),
                new Scenario(
                        "bind_moves_what_is_there", Set.of(Claim.BIND, Claim.MOVE), BindScenarios::movesWhatIsThere),
                Scenario.claimed("bind_leaves_no_mark", Claim.BIND, BindScenarios::leavesNoMark),
                Scenario.claimed("bind_trims_what_is_closed", Claim.BIND_REFUSED, BindScenarios::trims));
    }

    private static void bind(TwoDevices on, long at, long pages, int... nodes) {
        on.space().mbind(at, pages * Pages.SIZE, MemoryPolicy.bind(nodes));
    }

    private static void whoeverTouches(Rig rig) {
        TwoDevices on = rig.on();
        long at = on.map(SOME);
        bind(on, at, SOME, C);
        on.touch(at, SOME / 2);
        on.device(C).launch(on.space(), new AddOne(at, (int) SOME)).await(TIMEOUT_NS);
        assertThat(on.where(at, SOME)).isEqualTo("1");
        for (long page = 0; page < SOME; page++) {
            assertThat(on.cpu().getLong(at + page * Pages.SIZE))
                    .as("page %d", page)
                    .isEqualTo(page < SOME / 2 ? page + 1 : 1);
        }
        assertThat(on.where(at, SOME)).as("after a CPU read").isEqualTo("1");
    }

    private static void staysInTheMask(Rig rig) {
        TwoDevices on = rig.on();
        long local = on.used(LOCAL);
        long other = on.used(OTHER_C);
        long pages = 2L * PAGES + SOME;
        long at = on.map(pages);
        bind(on, at, pages, C, FAR);
        assertThat(on.touch(at, pages)).isEqualTo("1 8 ENOMEM");
        assertThat(on.used(LOCAL)).as("pages in use outside the mask").isEqualTo(local);
        assertThat(on.used(OTHER_C)).as("pages in use outside the mask").isEqualTo(other);
    }

    /** The fault fails, nothing spills, what is there stays, and room that comes is used. */
    private static void fullDevice(Rig rig) {
        TwoDevices on = rig.on();
        long ram = on.used(LOCAL) + on.used(FAR);
        long pages = PAGES + SOME;
        long at = on.map(pages);
        bind(on, at, pages, C);
        assertThat(on.touch(at, pages)).isEqualTo("1 ENOMEM");
        assertThat(on.used(LOCAL) + on.used(FAR)).as("RAM in use").isEqualTo(ram);
        long there = on.count(at, pages, C);
        on.expect(at, there);
        on.space().munmap(at, 2 * SOME * Pages.SIZE);
        assertThat(on.touch(at + there * Pages.SIZE, 1)).as("with room again").isEqualTo("1");
        assertThat(on.used(LOCAL) + on.used(FAR)).as("RAM in use").isEqualTo(ram);
    }

    private static void movesWhatIsThere(Rig rig) {
        TwoDevices on = rig.on();
        long at = on.map(SOME);
        on.touch(at, SOME);
        MigrationReport there =
                on.space().mbind(at, SOME * Pages.SIZE, MemoryPolicy.bind(C), Set.of(MbindFlag.MOVE, MbindFlag.STRICT));
        assertThat(there.movedPages()).isEqualTo(SOME);
        assertThat(on.where(at, SOME)).isEqualTo("1");
        on.space().mbind(at, SOME * Pages.SIZE, MemoryPolicy.bind(FAR), Set.of(MbindFlag.MOVE, MbindFlag.STRICT));
        assertThat(on.where(at, SOME)).isEqualTo("8");
        on.expect(at, SOME);
    }

    /** Objection of 2017: a mapping once bound to a device was taken from services for good. */
    private static void leavesNoMark(Rig rig) {
        TwoDevices on = rig.on();
        long plain = on.map(SOME);
        long at = on.map(SOME);
        bind(on, plain, SOME, LOCAL, FAR);
        bind(on, at, SOME, C);
        on.touch(at, SOME / 2);
        bind(on, at, SOME, LOCAL, C, OTHER_C, FAR);
        on.space().mbind(at, SOME * Pages.SIZE, MemoryPolicy.bind(LOCAL, FAR), Set.of(MbindFlag.MOVE));
        assertThat(on.touch(at, SOME)).isEqualTo("0");
        assertThat(on.touch(plain, SOME)).isEqualTo("0");
        assertThat(on.mapping(at).policy()).isEqualTo(on.mapping(plain).policy());
        assertThat(on.mapping(at).protection()).isEqualTo(on.mapping(plain).protection());
        assertThat(on.space().pages(at, SOME * Pages.SIZE, (int) SOME))
                .extracting(page -> page.type())
                .containsOnly(on.node(LOCAL).type().name());
    }

    private static void trims(Rig rig) {
        TwoDevices on = rig.on();
        long at = on.map(SOME);
        bind(on, at, SOME, LOCAL, C);
        assertThat(on.touch(at, SOME)).isEqualTo("0");
        long refused = on.map(SOME);
        assertThat(TwoDevices.errno(() -> bind(on, refused, SOME, C, OTHER_C))).isEqualTo("EINVAL");
        assertThat(on.mapping(refused).policy()).isEqualTo(MemoryPolicy.DEFAULT);
        assertThat(on.touch(refused, SOME)).isEqualTo("0");
    }
}
