package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.FAR;
import static moraine.testkit.cdm.TwoDevices.LOCAL;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static moraine.testkit.cdm.TwoDevices.PAGES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.driver.Kernel;
import moraine.core.api.model.Event;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.Pages;
import moraine.testkit.AddOne;

/**
 * A range is bound to a device that has no room for all of it, in each form of what becomes of it then. Where nobody
 * binds to devices no form shows: what is left of a mask is RAM, and that ends in ENOMEM.
 */
final class FullScenarios {
    private static final long SOME = 64;
    private static final long MORE = PAGES + SOME;
    private static final long TIMEOUT_NS = 300_000_000_000L;

    private FullScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.eitherWay("full_bind_fails", Form.FULL_FAILS, Claim.BIND, FullScenarios::fails),
                Scenario.eitherWay("full_bind_reclaims", Form.FULL_RECLAIMS, Claim.BIND, FullScenarios::reclaims),
                Scenario.eitherWay("full_touched_by_a_device", Form.FULL_RECLAIMS, Claim.BIND, FullScenarios::device),
                Scenario.eitherWay("full_reclaims_then_spills", Form.FULL_RECLAIMS, Claim.BIND, FullScenarios::prefers),
                Scenario.eitherWay("full_bind_ends_who_asked", Form.FULL_ENDS, Claim.BIND, FullScenarios::ends),
                Scenario.eitherWay("full_launch_ends_who_asked", Form.FULL_ENDS, Claim.BIND, FullScenarios::endsLaunch),
                Scenario.eitherWay("full_ends_nobody_early", Form.FULL_ENDS, Claim.BIND, FullScenarios::reclaims));
    }

    private static long bound(TwoDevices on) {
        long at = on.map(MORE);
        on.space().mbind(at, MORE * Pages.SIZE, MemoryPolicy.bind(C));
        return at;
    }

    private static Kernel kernel(long at) {
        return new AddOne(at, (int) MORE);
    }

    /** @return whether no range is bound to a device, which then is shown */
    private static boolean refused(Rig rig, TwoDevices on) {
        if (rig.claims(Claim.BIND)) {
            return false;
        }
        assertThat(TwoDevices.errno(() -> bound(on))).isEqualTo("EINVAL");
        long at = on.map(MORE);
        on.space().mbind(at, MORE * Pages.SIZE, MemoryPolicy.bind(C, FAR));
        assertThat(on.touch(at, MORE)).isEqualTo("8 ENOMEM");
        assertThat(on.used(C) + on.used(OTHER_C)).as("pages of devices").isZero();
        nobodyEnded(on);
        return true;
    }

    private static void nobodyEnded(TwoDevices on) {
        assertThat(on.machine().counter("oom_kill")).as("spaces ended").isZero();
    }

    /** Nothing of it in RAM, nobody ended, and the neighbour's pages stay. */
    private static void fails(Rig rig) {
        TwoDevices on = rig.on();
        if (refused(rig, on)) {
            return;
        }
        try (Neighbour other = Neighbour.bound(on, "other", SOME, C)) {
            long at = bound(on);
            assertThat(on.touch(at, MORE)).isEqualTo("1 ENOMEM");
            assertThat(on.used(LOCAL) + on.used(FAR) + on.used(OTHER_C)).isZero();
            nobodyEnded(on);
            assertThat(other.on(C)).isEqualTo(SOME);
            on.expect(at, on.count(at, MORE, C));
            other.expect();
        }
    }

    /**
     * The binding holds for what is touched; what was there longer leaves for RAM, but for whom nothing else is open.
     */
    private static void reclaims(Rig rig) {
        TwoDevices on = rig.on();
        if (refused(rig, on)) {
            return;
        }
        try (Neighbour other = Neighbour.bound(on, "other", SOME, C)) {
            long at = bound(on);
            assertThat(on.touch(at, MORE)).isEqualTo("0 1");
            assertThat(on.count(at + PAGES * Pages.SIZE, SOME, C))
                    .as("pages touched last")
                    .isEqualTo(SOME);
            assertThat(on.used(OTHER_C)).as("pages of the other device").isZero();
            assertThat(on.used(FAR)).as("pages of RAM farther away").isZero();
            nobodyEnded(on);
            assertThat(other.on(C)).isEqualTo(SOME);
            on.expect(at, MORE);
            other.expect();
        }
    }

    private static void device(Rig rig) {
        TwoDevices on = rig.on();
        if (refused(rig, on)) {
            return;
        }
        long at = bound(on);
        on.device(C).launch(on.space(), kernel(at)).await(TIMEOUT_NS);
        assertThat(on.where(at, MORE)).isEqualTo("0 1");
        for (long page = 0; page < MORE; page++) {
            assertThat(on.cpu().getLong(at + page * Pages.SIZE))
                    .as("page %d", page)
                    .isEqualTo(1);
        }
        nobodyEnded(on);
    }

    /**
     * A range that only prefers the device: room is made there before pages go elsewhere. Or it is led to RAM whole.
     */
    private static void prefers(Rig rig) {
        TwoDevices on = rig.on();
        if (refused(rig, on)) {
            return;
        }
        long at = on.map(MORE);
        on.space().mbind(at, MORE * Pages.SIZE, MemoryPolicy.preferred(C));
        boolean led = on.touch(at, MORE).contains("1");
        assertThat(on.count(at + PAGES * Pages.SIZE, SOME, C))
                .as("pages touched last")
                .isEqualTo(led ? SOME : 0);
        assertThat(on.used(C) > 0).isEqualTo(led);
        on.expect(at, MORE);
        nobodyEnded(on);
    }

    /** Nothing can make room for a tenant that may be nowhere else: its space ends, and nobody else's. */
    private static void ends(Rig rig) {
        if (!rig.claims(Claim.BIND)) {
            refused(rig, rig.on());
            return;
        }
        TwoDevices on = rig.on(C);
        try (Neighbour other = Neighbour.bound(on, "other", SOME, C)) {
            long at = bound(on);
            assertThat(on.touch(at, MORE)).endsWith("SIGKILL");
            ended(on, at, SOME);
            other.expect();
            assertThat(other.on(C)).isEqualTo(SOME);
        }
    }

    private static void endsLaunch(Rig rig) {
        if (!rig.claims(Claim.BIND)) {
            refused(rig, rig.on());
            return;
        }
        TwoDevices on = rig.on(C);
        long at = bound(on);
        var launch = on.device(C).launch(on.space(), kernel(at));
        assertThat(TwoDevices.errno(() -> launch.await(TIMEOUT_NS))).isIn("SIGKILL", "EBADF");
        ended(on, at, 0);
    }

    private static void ended(TwoDevices on, long at, long others) {
        Rig.eventually("the device's pages free", () -> on.used(C) == others);
        assertThat(TwoDevices.errno(() -> on.cpu().getLong(at))).isEqualTo("SIGKILL");
        assertThat(on.used(OTHER_C) + on.used(FAR) + on.used(LOCAL)).isZero();
        assertThat(on.machine().counter("oom_kill")).as("spaces ended").isEqualTo(1);
        assertThat(on.machine().events())
                .filteredOn(event -> event.kind() == Event.Kind.OUT_OF_MEMORY)
                .singleElement()
                .returns(C, Event::initiator)
                .returns(on.space().id(), Event::space);
    }
}
