package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.FAR;
import static moraine.testkit.cdm.TwoDevices.LOCAL;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static moraine.testkit.cdm.TwoDevices.PAGES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import moraine.core.api.model.Cause;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.testkit.AddOne;

/** Memory runs out on one side; the other does not feel it. */
final class PressureScenarios {
    private static final long SOME = 8;
    private static final int ROUNDS = 4;
    private static final long TIMEOUT_NS = 300_000_000_000L;

    private PressureScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.always("pressure_of_ram", PressureScenarios::ofRam),
                Scenario.always("pressure_of_pools", PressureScenarios::ofPools),
                Scenario.always("pressure_of_a_device", PressureScenarios::ofADevice),
                Scenario.always("pressure_meets_direct_reclaim", PressureScenarios::metByReclaim),
                Scenario.always("pressure_of_one_block", PressureScenarios::ofOneBlock));
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

    /** {@return slots of swap that nobody uses} */
    private static long slots(TwoDevices on) {
        return on.machine().counter("swap.free.pages");
    }

    /**
     * RAM runs out, and no daemon makes room: touches do so themselves until swap is full. What a driver moved to a
     * device stays there, and no device is asked for room.
     */
    private static void metByReclaim(Rig rig) {
        Served with = Served.by(rig, Set.of());
        TwoDevices on = with.on();
        long placed = with.placed(8 * SOME, C);
        long ram = room(on, LOCAL) + room(on, FAR);
        long slots = slots(on);
        long at = on.map(4L * PAGES);
        with.write(at, 0, ram + slots);
        assertThat(slots(on))
                .as("slots free, with so much touched as fits into RAM and swap")
                .isZero();
        assertThat(with.swapped(at, 4L * PAGES)).isEqualTo(slots);
        assertThat(on.touch(at + (ram + slots) * Pages.SIZE, 1)).isEqualTo(" ENOMEM");
        with.prove(placed, 8 * SOME, C);
        assertThat(with.by(Cause.DRIVER, C, placed, 8 * SOME))
                .as("pages of the device that nobody moved since")
                .isEqualTo(8 * SOME);
        assertThat(on.used(OTHER_C)).as("pages of the other device").isZero();
        on.space().munmap(at + ram * Pages.SIZE, slots * Pages.SIZE);
        on.expect(at, ram);
        on.expect(placed, 8 * SOME);
    }

    /**
     * One block goes through more than all RAM again and again, while touches may take no more out of memory than there
     * is for a block that makes no progress: its driver tells that its steps end.
     */
    private static void ofOneBlock(Rig rig) {
        TwoDevices on = rig.served(Set.of(), new Parameters(Map.of("reclaim.passes", "1")));
        long pages = room(on, LOCAL) + room(on, FAR) + slots(on) / 2;
        long at = on.map(pages);
        on.device(C).launch(on.space(), new AddOne(at, (int) pages, ROUNDS)).await(TIMEOUT_NS);
        for (long page = 0; page < pages; page++) {
            assertThat(on.cpu().getLong(at + page * Pages.SIZE))
                    .as("page %d", page)
                    .isEqualTo(ROUNDS);
        }
    }

    /** {@return pages of a node that touches may have} */
    private static long room(TwoDevices on, int node) {
        return on.node(node).freePages() - on.node(node).minPages();
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
