package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.LOCAL;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.Pages;
import moraine.core.api.model.VmaInfo;

/** Ranges with pages of a device in them are ranges like others; pages differ, mappings do not. */
final class RangeScenarios {
    private static final long SOME = 8;

    private RangeScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.always("driver_both_ways", RangeScenarios::bothWays),
                Scenario.always("migration_into_a_plain_mapping", RangeScenarios::plainMapping),
                Scenario.always("mixed_range_is_not_split", RangeScenarios::mixed));
    }

    private static void bothWays(Rig rig) {
        TwoDevices on = rig.on();
        long at = on.map(SOME);
        on.touch(at, SOME);
        assertThat(on.device(C)
                        .migrateToDevice(on.space(), at, SOME * Pages.SIZE)
                        .movedPages())
                .isEqualTo(SOME);
        assertThat(on.where(at, SOME)).isEqualTo("1");
        on.expect(at, SOME);
        assertThat(on.where(at, SOME)).as("after a CPU read").isEqualTo("1");
        assertThat(on.device(C)
                        .migrateToSystem(on.space(), at, SOME * Pages.SIZE)
                        .movedPages())
                .isEqualTo(SOME);
        assertThat(on.where(at, SOME)).isEqualTo("0");
        on.expect(at, SOME);
        assertThat(on.used(C)).as("pages of the device in use").isZero();
    }

    /** Objection of 2017: migration put pages of a device into mappings that nothing had marked. */
    private static void plainMapping(Rig rig) {
        TwoDevices on = rig.on();
        long at = on.map(2 * SOME);
        on.touch(at, SOME);
        on.device(C).migrateToDevice(on.space(), at, SOME * Pages.SIZE);
        assertThat(on.mapping(at).policy()).isEqualTo(MemoryPolicy.DEFAULT);
        assertThat(on.node(C).type().has(Attribute.MERGEABLE))
                .as("merging of the device's pages")
                .isFalse();
        types(on, at, SOME, C);
        on.touch(at, 2 * SOME);
        types(on, at, SOME, C);
        types(on, at + SOME * Pages.SIZE, SOME, LOCAL);
        on.device(C).migrateToSystem(on.space(), at, SOME * Pages.SIZE);
        types(on, at, 2 * SOME, LOCAL);
    }

    private static void types(TwoDevices on, long at, long pages, int node) {
        assertThat(on.space().pages(at, pages * Pages.SIZE, (int) pages))
                .hasSize((int) pages)
                .allMatch(page -> page.node() == node)
                .extracting(PageInfo::type)
                .containsOnly(on.node(node).type().name());
    }

    private static void mixed(Rig rig) {
        TwoDevices on = rig.on();
        long at = on.map(3 * SOME);
        on.touch(at, 3 * SOME);
        List<VmaInfo> before = on.space().info().mappings();
        long middle = at + SOME * Pages.SIZE;
        on.device(C).migrateToDevice(on.space(), middle, SOME * Pages.SIZE);
        assertThat(on.space().info().mappings()).isEqualTo(before);
        types(on, at, SOME, LOCAL);
        types(on, middle, SOME, C);
        types(on, middle + SOME * Pages.SIZE, SOME, LOCAL);
        on.expect(at, 3 * SOME);
    }
}
