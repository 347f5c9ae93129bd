package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.PAGES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.model.Advice;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.Pages;

/** The devices go away and come back. */
final class HotplugScenarios {
    private static final long SOME = 8;

    private HotplugScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.always("hotplug_loses_nothing", HotplugScenarios::losesNothing),
                Scenario.claimed("hotplug_bindings_sleep", Claim.BIND, HotplugScenarios::bindingsSleep));
    }

    private static void losesNothing(Rig rig) {
        TwoDevices on = rig.on();
        long at = on.map(SOME);
        on.touch(at, SOME);
        on.device(C).migrateToDevice(on.space(), at, SOME * Pages.SIZE);
        rig.withdraw();
        assertThat(on.machine().devices()).isEmpty();
        assertThat(on.machine().lostPages()).isEmpty();
        assertThat(on.where(at, SOME)).isEqualTo("0");
        on.expect(at, SOME);
        rig.restore();
        Rig.eventually("both devices", () -> on.machine().devices().size() == 2);
        Rig.eventually("all of the device's pages free", () -> on.node(C).freePages() == PAGES);
        Rig.eventually("pages on the device", () -> {
            on.device(C).migrateToDevice(on.space(), at, SOME * Pages.SIZE);
            return on.where(at, SOME).equals("1");
        });
        on.expect(at, SOME);
    }

    /** Without the device they are dormant; they neither kill, nor go, nor mean another device. */
    private static void bindingsSleep(Rig rig) {
        TwoDevices on = rig.on();
        long at = on.map(PAGES);
        MemoryPolicy policy = MemoryPolicy.bind(C);
        on.space().mbind(at, PAGES * (long) Pages.SIZE, policy);
        assertThat(on.touch(at, SOME)).isEqualTo("1");
        rig.withdraw();
        assertThat(on.touch(at, 2 * SOME)).isEqualTo("0");
        assertThat(on.mapping(at).policy()).isEqualTo(policy);
        rig.restore();
        long next = at + 2 * SOME * Pages.SIZE;
        Rig.eventually("a new page on the device", () -> {
            on.space().advise(next, Pages.SIZE, Advice.DEAD);
            return on.touch(next, 1).equals("1");
        });
        assertThat(on.where(at, 2 * SOME)).as("pages that came home").isEqualTo("0");
        on.expect(at, 2 * SOME);
    }
}
