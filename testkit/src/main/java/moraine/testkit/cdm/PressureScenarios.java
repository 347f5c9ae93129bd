package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static moraine.testkit.cdm.TwoDevices.PAGES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;

/** Memory runs out on one side; the other does not feel it. */
final class PressureScenarios {
    private static final long SOME = 8;

    private PressureScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.always("pressure_of_ram", PressureScenarios::ofRam),
                Scenario.always("pressure_of_pools", PressureScenarios::ofPools),
                Scenario.always("pressure_of_a_device", PressureScenarios::ofADevice));
    }

    private static void free(TwoDevices on) {
        for (int node : List.of(C, OTHER_C)) {
            assertThat(on.node(node).freePages())
                    .as("free pages of node %d", node)
                    .isEqualTo(PAGES);
        }
    }

    private static void ofRam(Rig rig) {
        TwoDevices on = rig.on();
        assertThat(on.touch(on.map(4L * PAGES), 4L * PAGES)).isEqualTo("0 8 ENOMEM");
        free(on);
    }

    private static void ofPools(Rig rig) {
        TwoDevices on = rig.on();
        long bytes = 8 * Pages.LARGE_SIZE;
        long at = on.space().mmap(MapRequest.anonymous(bytes).largePages());
        for (long large = at; large < at + bytes; large += Pages.LARGE_SIZE) {
            on.touch(large, 1);
        }
        free(on);
    }

    /** A driver moves more than fits: no page is lost, and none goes to another device. */
    private static void ofADevice(Rig rig) {
        TwoDevices on = rig.on();
        long pages = PAGES + 8 * SOME;
        long at = on.map(pages);
        assertThat(on.touch(at, pages)).isEqualTo("0 8");
        on.device(C).migrateToDevice(on.space(), at, pages * Pages.SIZE);
        assertThat(on.count(at, pages, C)).as("pages on the device").isBetween(PAGES / 2L, (long) PAGES);
        assertThat(on.node(OTHER_C).freePages()).as("free pages of the other").isEqualTo(PAGES);
        on.expect(at, pages);
    }
}
