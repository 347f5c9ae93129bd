package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.FAR;
import static moraine.testkit.cdm.TwoDevices.LOCAL;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.PageStatus;
import moraine.core.api.model.Pages;

/** Pages are moved: by applications, by drivers, at random. */
final class MoveScenarios {
    private static final int SOME = 8;
    private static final int RANDOM_PAGES = 64;
    private static final int RANDOM_MOVES = 400;
    private static final long SEED = 4711;
    private static final int[] NODES = {LOCAL, C, OTHER_C, FAR};

    private MoveScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.claimed("move_pages_both_ways", Claim.MOVE, MoveScenarios::bothWays),
                Scenario.claimed("move_pages_statuses", Claim.MOVE, MoveScenarios::statuses),
                Scenario.claimed("migrate_pages_both_ways", Claim.MOVE, MoveScenarios::migratePages),
                Scenario.claimed("move_pages_is_gated", Claim.MOVE_REFUSED, MoveScenarios::gated),
                Scenario.claimed("random_moves_of_pages", Claim.MOVE, MoveScenarios::randomPages),
                Scenario.always("random_moves_by_drivers", MoveScenarios::randomDrivers));
    }

    private static long[] addresses(long at, int pages) {
        return LongStream.range(0, pages).map(page -> at + page * Pages.SIZE).toArray();
    }

    private static List<PageStatus> move(TwoDevices on, long[] addresses, int node) {
        int[] nodes = new int[addresses.length];
        Arrays.fill(nodes, node);
        return on.space().movePages(addresses, nodes, false);
    }

    private static void bothWays(Rig rig) {
        TwoDevices on = rig.on();
        long at = on.map(SOME);
        on.touch(at, SOME);
        for (int node : List.of(C, OTHER_C, FAR, C, LOCAL)) {
            assertThat(move(on, addresses(at, SOME), node)).allMatch(page -> page.node() == node);
            assertThat(on.where(at, SOME)).isEqualTo(Integer.toString(node));
            on.expect(at, SOME);
        }
        assertThat(on.used(C) + on.used(OTHER_C)).as("pages left on devices").isZero();
    }

    private static void statuses(Rig rig) {
        TwoDevices on = rig.on();
        long at = on.map(2);
        on.touch(at, 1);
        long nowhere = at + 1000L * Pages.LARGE_SIZE;
        assertThat(move(on, new long[] {at, at + Pages.SIZE, nowhere}, C))
                .extracting(PageStatus::errno)
                .containsExactly(Errno.OK, Errno.ENOENT, Errno.EFAULT);
        assertThat(TwoDevices.errno(() -> move(on, new long[] {at}, 5))).isEqualTo("ENODEV");
        assertThat(on.where(at, 1)).isEqualTo("1");
    }

    private static void migratePages(Rig rig) {
        TwoDevices on = rig.on();
        long at = on.map(SOME);
        on.touch(at, SOME);
        assertThat(on.space().migratePages(NodeSet.of(LOCAL), NodeSet.of(C), false))
                .isZero();
        assertThat(on.where(at, SOME)).isEqualTo("1");
        assertThat(on.space().migratePages(NodeSet.of(C), NodeSet.of(LOCAL), false))
                .isZero();
        assertThat(on.where(at, SOME)).isEqualTo("0");
        on.expect(at, SOME);
    }

    private static void gated(Rig rig) {
        TwoDevices on = rig.on();
        long at = on.map(SOME);
        on.touch(at, SOME);
        List<Runnable> ways = List.of(
                () -> move(on, addresses(at, SOME), C),
                () -> on.space().migratePages(NodeSet.of(LOCAL), NodeSet.of(C), false),
                () -> on.space().migrate(at, (long) SOME * Pages.SIZE, C, Cause.USER));
        for (Runnable way : ways) {
            assertThat(TwoDevices.errno(way)).isEqualTo("EACCES");
        }
        assertThat(on.where(at, SOME)).isEqualTo("0");
        assertThat(on.used(C)).as("pages of the device in use").isZero();
    }

    private static void randomPages(Rig rig) {
        TwoDevices on = rig.on();
        var random = new SplittableRandom(SEED);
        long at = on.map(RANDOM_PAGES);
        on.touch(at, RANDOM_PAGES);
        for (int step = 0; step < RANDOM_MOVES; step++) {
            int first = random.nextInt(RANDOM_PAGES);
            int pages = 1 + random.nextInt(RANDOM_PAGES - first);
            int node = NODES[random.nextInt(NODES.length)];
            long from = at + (long) first * Pages.SIZE;
            move(on, addresses(from, pages), node);
            assertThat(on.where(from, pages)).as("step %d, seed %d", step, SEED).isEqualTo(Integer.toString(node));
        }
        on.expect(at, RANDOM_PAGES);
    }

    private static void randomDrivers(Rig rig) {
        TwoDevices on = rig.on();
        var random = new SplittableRandom(SEED);
        long at = on.map(RANDOM_PAGES);
        on.touch(at, RANDOM_PAGES);
        for (int step = 0; step < RANDOM_MOVES; step++) {
            int first = random.nextInt(RANDOM_PAGES);
            long bytes = (1L + random.nextInt(RANDOM_PAGES - first)) * Pages.SIZE;
            int node = random.nextBoolean() ? C : OTHER_C;
            long from = at + (long) first * Pages.SIZE;
            if (random.nextBoolean()) {
                on.device(node).migrateToDevice(on.space(), from, bytes);
            } else {
                on.device(node).migrateToSystem(on.space(), from, bytes);
                assertThat(on.count(from, bytes / Pages.SIZE, node))
                        .as("pages left on node %d, step %d, seed %d", node, step, SEED)
                        .isZero();
            }
        }
        on.expect(at, RANDOM_PAGES);
    }
}
