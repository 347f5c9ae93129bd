package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.FAR;
import static moraine.testkit.cdm.TwoDevices.LOCAL;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.model.Cause;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.Pages;
import moraine.core.api.model.TenantInfo;

/** What is told of pages on devices, by space, by node, by tenant and by page. */
final class ObservabilityScenarios {
    private static final long SOME = 8;

    private ObservabilityScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.always("observability_of_sums", ObservabilityScenarios::sums),
                Scenario.always("observability_of_a_page", ObservabilityScenarios::page));
    }

    private static void sums(Rig rig) {
        TwoDevices on = rig.on();
        long at = on.map(3 * SOME);
        on.touch(at, 3 * SOME);
        on.device(C).migrateToDevice(on.space(), at, SOME * Pages.SIZE);
        on.device(OTHER_C).migrateToDevice(on.space(), at + SOME * Pages.SIZE, SOME / 2 * Pages.SIZE);
        TenantInfo tenant = on.machine().tenants().stream()
                .filter(info -> info.name().equals(on.tenant()))
                .findFirst()
                .orElseThrow();
        for (int node : List.of(LOCAL, C, OTHER_C, FAR)) {
            long pages = on.count(at, 3 * SOME, node);
            assertThat(on.space().info().residentPages().get(node))
                    .as("resident pages of the space on node %d", node)
                    .isEqualTo(pages);
            assertThat(tenant.chargedPages().get(node))
                    .as("charged pages on node %d", node)
                    .isEqualTo(pages);
        }
        assertThat(on.used(C)).as("pages of node %d in use", C).isEqualTo(SOME);
        assertThat(on.used(OTHER_C)).as("pages of node %d in use", OTHER_C).isEqualTo(SOME / 2);
    }

    private static void page(Rig rig) {
        TwoDevices on = rig.on();
        long at = on.map(1);
        on.touch(at, 1);
        on.device(C).migrateToDevice(on.space(), at, Pages.SIZE);
        PageInfo page = on.space().why(at);
        assertThat(page.node()).isEqualTo(C);
        assertThat(page.type()).isEqualTo(on.node(C).type().name());
        assertThat(page.previousNode()).isEqualTo(LOCAL);
        assertThat(page.cause()).isEqualTo(Cause.DRIVER);
        assertThat(page.mover()).isNotEmpty();
        assertThat(on.node(C).device()).isEqualTo("gpu" + C);
    }
}
