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
import moraine.core.api.model.Intent;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.testkit.cdm.Served.Cold;

/** Nodes run low beside a daemon that reclaims, with swap. */
final class ReclaimScenarios {
    private static final Set<Service> RECLAIM = Set.of(Service.RECLAIM);
    /** Pages that leave a device room. */
    private static final long MOST = PAGES - 24;
    /** Pages that do not. */
    private static final long ALL = PAGES - 8;

    private ReclaimScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.eitherWay("reclaim_of_a_device", Claim.RECLAIM, ReclaimScenarios::ofADevice),
                new Scenario(
                        "reclaim_of_bound_pages",
                        Set.of(Claim.BIND),
                        Set.of(Claim.RECLAIM),
                        ReclaimScenarios::ofBoundPages),
                new Scenario(
                        "reclaim_and_a_lost_node",
                        Set.of(Claim.BIND),
                        Set.of(Claim.RECLAIM),
                        ReclaimScenarios::lostNode),
                new Scenario(
                        "reclaim_by_touches_of_bound_pages",
                        Set.of(Claim.BIND),
                        Set.of(Claim.RECLAIM),
                        ReclaimScenarios::byTouches),
                Scenario.always("reclaim_leaves_pinned_pages", ReclaimScenarios::pinned),
                Scenario.eitherWay("reclaim_of_ram_spares_devices", Claim.DEMOTION, ReclaimScenarios::ofRam));
    }

    /** Leaves a device low, with pages that a driver moved there. */
    private static long crowded(Served with) {
        TwoDevices on = with.on();
        long at = on.map(ALL);
        with.place(at, 0, MOST, C);
        with.bring(at, MOST, C);
        with.place(at, MOST, ALL, C);
        return at;
    }

    private static void ofADevice(Rig rig) {
        Served with = Served.by(rig, RECLAIM);
        TwoDevices on = with.on();
        long at = crowded(with);
        if (rig.claims(Claim.RECLAIM)) {
            with.eventually("room on the device", () -> with.roomy(C));
            assertThat(with.swapped(at, ALL) + on.count(at, ALL, OTHER_C))
                    .as("pages that reclaim took")
                    .isPositive();
        } else {
            ramLow(with);
            assertThat(with.swapped(at, ALL)).as("pages of the device in swap").isZero();
            assertThat(with.by(Cause.DEMOTION, OTHER_C, at, ALL)).isZero();
        }
        on.expect(at, ALL);
    }

    /** Has reclaim work on RAM, and proves that it did. */
    private static void ramLow(Served with) {
        Cold cold = with.cold();
        with.eventually("room in RAM", () -> with.roomy(LOCAL));
        assertThat(with.swapped(cold.at(), cold.pages()) + with.on().used(C))
                .as("pages that left RAM")
                .isPositive();
    }

    /** Binds a range to a device and fills that until it is low, as far as reclaim does not make room meanwhile. */
    private static long bound(Served with) {
        TwoDevices on = with.on();
        long at = on.map(ALL);
        on.space().mbind(at, ALL * Pages.SIZE, MemoryPolicy.bind(C));
        with.write(at, 0, MOST);
        with.prove(at, MOST, C);
        with.write(at, MOST, ALL);
        return at;
    }

    /** A page that comes back from swap comes back to the device; the binding spills neither going nor coming. */
    private static void ofBoundPages(Rig rig) {
        Served with = Served.by(rig, RECLAIM);
        TwoDevices on = with.on();
        long at = bound(with);
        if (rig.claims(Claim.RECLAIM)) {
            with.eventually("room on the device", () -> with.roomy(C));
            with.eventually("a page that is back from swap", () -> backOnDevice(with, at));
        } else {
            ramLow(with);
            assertThat(on.count(at, ALL, C)).as("pages on the device").isEqualTo(ALL);
        }
        assertThat(on.where(at, ALL)).isEqualTo("1");
        on.expect(at, with.swapped(at, ALL) > 0 ? 1 : ALL);
    }

    /** Touches a page that is in swap. {@return whether it is back} Reclaim that is not done may take it again. */
    private static boolean backOnDevice(Served with, long at) {
        PageInfo gone = gone(with, at);
        with.on().cpu().getLong(gone.address());
        PageInfo back = with.on().space().why(gone.address());
        assertThat(with.on().where(at, ALL)).isEqualTo("1");
        return back.node() == C && back.cause() == Cause.SWAP_IN;
    }

    private static PageInfo gone(Served with, long at) {
        return with.on().space().pages(at, ALL * Pages.SIZE, Integer.MAX_VALUE).stream()
                .filter(page -> page.state() == PageState.SWAPPED)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no page of the device went to swap"));
    }

    /** The tenant loses the device while pages are in swap: they come back to RAM, and no other device stands in. */
    private static void lostNode(Rig rig) {
        Served with = Served.by(rig, RECLAIM, LOCAL, C, FAR);
        TwoDevices on = with.on();
        long at = bound(with);
        if (!rig.claims(Claim.RECLAIM)) {
            on.machine().tenant(on.tenant(), NodeSet.of(LOCAL, FAR), List.of());
            ramLow(with);
            assertThat(on.where(at, ALL)).as("pages that were there").isEqualTo("1");
            return;
        }
        with.eventually("room on the device", () -> with.roomy(C));
        PageInfo gone = gone(with, at);
        on.machine().tenant(on.tenant(), NodeSet.of(LOCAL, OTHER_C, FAR), List.of());
        long word = on.cpu().getLong(gone.address());
        assertThat(word).isEqualTo((gone.address() - at) / Pages.SIZE);
        assertThat(on.space().why(gone.address()).node()).isIn(LOCAL, FAR);
        assertThat(on.used(OTHER_C)).as("pages of the other device").isZero();
    }

    /**
     * A range that is bound to a device and larger than it: it goes to swap in part, or ends, and RAM feels nothing.
     */
    private static void byTouches(Rig rig) {
        Served with = Served.by(rig, Set.of());
        TwoDevices on = with.on();
        long other = on.map(8);
        with.write(other, 0, 8);
        long pages = PAGES + 64;
        long at = on.map(pages);
        on.space().mbind(at, pages * Pages.SIZE, MemoryPolicy.bind(C));
        if (rig.claims(Claim.RECLAIM)) {
            assertThat(on.touch(at, pages)).isEqualTo("1");
            assertThat(with.swapped(at, pages)).isGreaterThanOrEqualTo(64);
            on.expect(at, pages);
        } else {
            assertThat(on.touch(at, pages)).isEqualTo("1 ENOMEM");
            assertThat(with.swapped(at, pages)).isZero();
            assertThat(on.count(at, pages, C)).isEqualTo(PAGES);
        }
        with.prove(other, 8, LOCAL);
    }

    private static void pinned(Rig rig) {
        Served with = Served.by(rig, RECLAIM);
        TwoDevices on = with.on();
        long at = with.placed(32, C);
        long rest = on.map(ALL);
        try (var _ = on.space().pin(at, 32 * Pages.SIZE, PinKind.SHORT, Intent.WRITE)) {
            with.place(rest, 0, ALL - 32, C);
            ramLow(with);
            if (with.rig().claims(Claim.RECLAIM)) {
                with.eventually("pages that nobody pins gone", () -> on.count(rest, ALL - 32, C) < ALL - 32);
            }
            with.prove(at, 32, C);
            assertThat(with.by(Cause.DRIVER, C, at, 32))
                    .as("pages that nobody moved since")
                    .isEqualTo(32);
        }
        on.expect(at, 32);
    }

    /** RAM runs low; a device that has room is not asked for pages, whatever its type. */
    private static void ofRam(Rig rig) {
        Served with = Served.by(rig, RECLAIM);
        TwoDevices on = with.on();
        long at = with.placed(64, C);
        NodeInfo before = on.node(C);
        ramLow(with);
        with.prove(at, 64, C);
        assertThat(with.by(Cause.DRIVER, C, at, 64))
                .as("pages that nobody moved since")
                .isEqualTo(64);
        if (!rig.claims(Claim.DEMOTION)) {
            assertThat(on.node(C).freePages()).isEqualTo(before.freePages());
        }
        on.expect(at, 64);
    }
}
