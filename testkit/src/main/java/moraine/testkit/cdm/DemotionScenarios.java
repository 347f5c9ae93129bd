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
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.Pages;
import moraine.core.api.model.TenantInfo;
import moraine.testkit.cdm.Served.Cold;

/** RAM runs low; pages go to a device that takes them, and to swap where none does. */
final class DemotionScenarios {
    private static final Set<Service> RECLAIM = Set.of(Service.RECLAIM);

    private DemotionScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.eitherWay("demotion_to_who_takes_it", Claim.DEMOTION, DemotionScenarios::toWhoTakesIt),
                Scenario.eitherWay("demotion_by_distance", Claim.DEMOTION, DemotionScenarios::byDistance),
                Scenario.always("demotion_asks_the_tenant", DemotionScenarios::asksTheTenant),
                Scenario.always("observability_of_services", DemotionScenarios::observed));
    }

    private static void toWhoTakesIt(Rig rig) {
        Served with = Served.by(rig, RECLAIM);
        TwoDevices on = with.on();
        Cold cold = with.cold();
        with.eventually("room in RAM", () -> with.roomy(LOCAL));
        if (rig.claims(Claim.DEMOTION)) {
            assertThat(with.by(Cause.DEMOTION, C, cold.at(), cold.pages())).isPositive();
            assertThat(with.swapped(cold.at(), cold.pages()))
                    .as("pages in swap")
                    .isZero();
            assertThat(on.used(OTHER_C)).as("pages of the device farther away").isZero();
        } else {
            assertThat(with.swapped(cold.at(), cold.pages()))
                    .as("pages in swap")
                    .isPositive();
            with.devicesEmpty();
        }
        assertThat(on.count(cold.at(), cold.pages(), FAR))
                .as("pages in RAM as fast")
                .isZero();
        on.expect(cold.at(), cold.pages() / 2);
    }

    /** Where the nearest has no room the next one takes pages, if it takes any. */
    private static void byDistance(Rig rig) {
        Served with = Served.by(rig, RECLAIM);
        TwoDevices on = with.on();
        long full = PAGES - 4L;
        long at = on.map(full);
        with.place(at, 0, PAGES / 2, C);
        with.bring(at, PAGES / 2, C);
        with.place(at, PAGES / 2, full, C);
        Cold cold = with.cold();
        with.eventually("room in RAM", () -> with.roomy(LOCAL));
        if (rig.claims(Claim.DEMOTION)) {
            with.eventually(
                    "pages on the device farther away",
                    () -> with.by(Cause.DEMOTION, OTHER_C, at, full)
                                    + with.by(Cause.DEMOTION, OTHER_C, cold.at(), cold.pages())
                            > 0);
        } else {
            assertThat(on.used(OTHER_C)).as("pages of the device farther away").isZero();
            assertThat(with.by(Cause.DEMOTION, C, cold.at(), cold.pages())).isZero();
        }
    }

    /** A tenant that may not use devices has none of its pages demoted there. */
    private static void asksTheTenant(Rig rig) {
        Served with = Served.by(rig, RECLAIM, LOCAL, FAR);
        TwoDevices on = with.on();
        Cold cold = with.cold();
        with.eventually("room in RAM", () -> with.roomy(LOCAL));
        assertThat(with.swapped(cold.at(), cold.pages())).as("pages in swap").isPositive();
        with.devicesEmpty();
        on.expect(cold.at(), cold.pages() / 2);
    }

    /** Spaces, tenants, nodes, histories and counters tell the same of what a daemon did. */
    private static void observed(Rig rig) {
        Served with = Served.by(rig, RECLAIM);
        TwoDevices on = with.on();
        Cold cold = with.cold();
        long all = (on.mapping(cold.at()).end() - cold.at()) / Pages.SIZE;
        long touched = with.pages(cold.at(), all, page -> true);
        with.eventually("room in RAM", () -> with.roomy(LOCAL));
        with.settles("one account of what the daemon took", () -> toldAlike(with, cold.at(), all, touched));
    }

    private static void toldAlike(Served with, long at, long all, long touched) {
        TwoDevices on = with.on();
        assertThat(acted(on))
                .as("the daemon's own count of what it took")
                .isEqualTo(touched - on.count(at, all, LOCAL));
        TenantInfo tenant = on.machine().tenants().stream()
                .filter(info -> info.name().equals(on.tenant()))
                .findFirst()
                .orElseThrow();
        long resident = 0;
        for (int node : List.of(LOCAL, C, OTHER_C, FAR)) {
            long pages = on.count(at, all, node);
            assertThat(on.space().info().residentPages().get(node))
                    .as("resident on %d", node)
                    .isEqualTo(pages);
            assertThat(tenant.chargedPages().get(node))
                    .as("charged on %d", node)
                    .isEqualTo(pages);
            resident += pages;
        }
        assertThat(resident + with.swapped(at, all)).isEqualTo(touched);
        assertThat(on.machine().counter("pswpout")).isEqualTo(with.swapped(at, all));
        assertThat(on.machine().counter("pgdemote_kswapd")).isEqualTo(with.by(Cause.DEMOTION, C, at, all));
        assertThat(on.space().pages(at, all * Pages.SIZE, Integer.MAX_VALUE))
                .filteredOn(page -> page.cause() == Cause.DEMOTION)
                .allSatisfy(page ->
                        assertThat(page).returns(LOCAL, PageInfo::previousNode).returns(C, PageInfo::node));
    }

    private static long acted(TwoDevices on) {
        return on.machine().daemons().stream()
                .filter(daemon -> daemon.state() == DaemonInfo.State.RUNNING)
                .mapToLong(DaemonInfo::actedPages)
                .sum();
    }
}
