package moraine.daemon.merge;

import static moraine.daemon.merge.Stand.FAST;
import static moraine.daemon.merge.Stand.SLOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Cause;
import moraine.core.api.model.DaemonInfo;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.daemon.merge.Stand.User;
import org.junit.jupiter.api.Test;

/** Merge on real machines in virtual time: where it helps, and where it must keep its hands off. */
final class MergeTest {
    private static final List<String> NONE = List.of();
    private static final List<String> MERGE = List.of("merge(pagesToScan=16384,periodUs=1000)");
    /** More than half of the fast node. */
    private static final long PAGES = 2560;

    private static final long STEP = 256;

    private static Stand expander(List<String> daemons) {
        return new Stand("cxl-type3", MachineSpec.LAST_RESORT, daemons);
    }

    private static long freed(Stand on) {
        return on.machine.counter("ksm.freed.pages");
    }

    /** Writes the same data into two spaces, some pages at a time. */
    private static void fill(Stand on, User one, User other, long first, long second) {
        for (long page = 0; page < PAGES; page += STEP) {
            one.write(first, page, page + STEP, 1);
            other.write(second, page, page + STEP, 1);
            on.pass(10);
        }
    }

    @Test
    void shouldLetTimeGoOnWhileNothingMayBeMerged() {
        try (Stand on = expander(MERGE)) {
            User one = on.user("tenant", NodeSet.of(FAST));
            long at = one.space().mmap(MapRequest.anonymous(PAGES * Pages.SIZE));
            one.write(at, 0, PAGES, 1);
            long before = on.nowNs();

            on.pass(20);

            assertThat(on.nowNs()).isGreaterThanOrEqualTo(before + 20_000_000);
            assertThat(on.machine.daemons()).singleElement().satisfies(merge -> {
                assertThat(merge.ticks()).isGreaterThan(5);
                assertThat(merge.actedPages()).isZero();
            });
        }
    }

    @Test
    void shouldFitEqualDataOfTwoSpacesThatDoesNotFitTwice() {
        try (Stand off = expander(NONE)) {
            User one = off.user("tenant", NodeSet.of(FAST));
            User other = off.user("tenant", NodeSet.of(FAST));
            assertThatThrownBy(() -> fill(off, one, other, one.mapped(PAGES), other.mapped(PAGES)))
                    .isInstanceOfSatisfying(
                            MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOMEM));
        }
        try (Stand on = expander(MERGE)) {
            User one = on.user("tenant", NodeSet.of(FAST));
            User other = on.user("tenant", NodeSet.of(FAST));
            long before = on.node(FAST).freePages();
            long first = one.mapped(PAGES);
            long second = other.mapped(PAGES);

            fill(on, one, other, first, second);

            assertThat(on.node(FAST).freePages()).isEqualTo(before - PAGES);
            assertThat(freed(on)).isEqualTo(PAGES);
            assertThat(on.machine.counter("ksm.pages_shared")).isEqualTo(PAGES);
            assertThat(on.machine.counter("ksm.pages_sharing")).isEqualTo(PAGES);
            assertThat(on.machine.counter("ksm.general_profit")).isPositive().isLessThan(PAGES * Pages.SIZE);
            assertThat(on.machine.daemons())
                    .singleElement()
                    .returns(DaemonInfo.State.RUNNING, DaemonInfo::state)
                    .returns(PAGES, DaemonInfo::actedPages);
            one.prove(first, 0, PAGES, 1);
            other.prove(second, 0, PAGES, 1);
        }
    }

    /** {@return modelled time of reading data of two spaces that does not fit into fast memory twice} */
    private static long readNs(List<String> daemons) {
        try (Stand on = expander(daemons)) {
            User one = on.user("tenant", NodeSet.ALL);
            User other = on.user("tenant", NodeSet.ALL);
            long first = one.mapped(PAGES);
            long second = other.mapped(PAGES);
            fill(on, one, other, first, second);
            long begun = on.nowNs();
            for (int pass = 0; pass < 3; pass++) {
                one.prove(first, 0, PAGES, 1);
                other.prove(second, 0, PAGES, 1);
            }
            return on.nowNs() - begun;
        }
    }

    @Test
    void shouldReadFasterWhatFitsOnlyWhenMerged() {
        long without = readNs(NONE);
        long with = readNs(MERGE);

        assertThat(with).isLessThan(without * 9 / 10);
    }

    /** {@return modelled time of an application whose pages are all alike at each moment, and change all the time} */
    private static long changingNs(boolean looked) {
        try (Stand on = expander(looked ? List.of("merge(pagesToScan=16384)") : NONE)) {
            User one = on.user("tenant", NodeSet.ALL);
            long at = one.mapped(PAGES);
            long spent = 0;
            for (long likeness = 1; likeness <= 20; likeness++) {
                long begun = on.nowNs();
                for (long page = 0; page < PAGES; page++) {
                    one.cpu().putLong(at + page * Pages.SIZE, likeness);
                }
                spent += on.nowNs() - begun;
                on.passTick();
            }
            assertThat(on.machine.counter("ksm.full_scans") > 5).isEqualTo(looked);
            if (looked) {
                assertThat(freed(on)).isZero();
                assertThat(on.machine.counter("ksm.pages_volatile")).isEqualTo(PAGES);
            }
            return spent;
        }
    }

    @Test
    void shouldLeaveAloneWhatChangesEachRound() {
        long without = changingNs(false);
        long with = changingNs(true);

        assertThat(with).isLessThan(without + without / 50);
    }

    /** A range lies half in RAM and half on a device that did not opt in; all its pages are alike. */
    @Test
    void shouldMergeTheRamPagesOfAMixedRangeAndNoneOfTheDevice() {
        for (String policy : List.of("hmm(memory=coherent)", "hmm", "managed(features=user_numa)")) {
            try (Stand on = new Stand("gh200", policy, MERGE)) {
                User one = on.user("tenant", NodeSet.ALL);
                long at = one.mapped(64);
                for (long page = 0; page < 64; page++) {
                    one.cpu().putLong(at + page * Pages.SIZE, 5);
                }
                for (long page = 1; page < 64; page += 2) {
                    one.space().advise(at + page * Pages.SIZE, Pages.SIZE, Advice.prefetch(SLOW));
                }
                on.pass(20);

                assertThat(Stand.on(one, SLOW, at, 64)).as(policy).isEqualTo(32);
                assertThat(freed(on)).isEqualTo(31);
                assertThat(one.space().pages(at, 64L * Pages.SIZE, Integer.MAX_VALUE))
                        .filteredOn(page -> page.node() == FAST)
                        .hasSize(32)
                        .extracting(PageInfo::cause)
                        .containsOnly(Cause.MERGE);
                for (long page = 0; page < 64; page++) {
                    assertThat(one.cpu().getLong(at + page * Pages.SIZE)).isEqualTo(5);
                }
            }
        }
    }

    @Test
    void shouldKeepNodesAndTenantsApartUnlessAsked() {
        for (boolean across : List.of(false, true)) {
            String both = "merge(periodUs=1000,mergeAcrossNodes=" + across + ",mergeAcrossTenants=" + across + ")";
            try (Stand on = new Stand("cxl-type3", MachineSpec.LAST_RESORT, List.of(both))) {
                User near = on.user("a", NodeSet.of(FAST));
                User far = on.user("a2", NodeSet.of(SLOW));
                near.write(near.mapped(8), 0, 8, 1);
                far.write(far.mapped(8), 0, 8, 1);
                User stranger = on.user("b", NodeSet.of(FAST));
                stranger.write(stranger.mapped(8), 0, 8, 1);
                on.pass(20);

                assertThat(on.machine.counter("ksm.full_scans")).isGreaterThan(3);
                assertThat(freed(on)).isEqualTo(across ? 16 : 0);
            }
        }
    }

    @Test
    void shouldLeavePinnedPages() {
        try (Stand on = expander(MERGE)) {
            User one = on.user("tenant", NodeSet.ALL);
            long at = one.mapped(16);
            for (long page = 0; page < 16; page++) {
                one.cpu().putLong(at + page * Pages.SIZE, 5);
            }
            try (var pin = one.space().pin(at, 8L * Pages.SIZE, PinKind.LONG, Intent.WRITE)) {
                on.pass(10);

                assertThat(pin.pages()).isEqualTo(8);
                assertThat(freed(on)).isEqualTo(7);
            }
            on.pass(10);
            assertThat(freed(on)).isEqualTo(15);
        }
    }

    @Test
    void shouldScanNoMoreThanItWasToldATick() {
        try (Stand on = expander(List.of("merge(pagesToScan=64,periodUs=1000)"))) {
            User one = on.user("tenant", NodeSet.ALL);
            one.write(one.mapped(1024), 0, 1024, 1);
            on.pass(1);
            DaemonInfo before = on.machine.daemons().getFirst();
            on.pass(10);
            DaemonInfo after = on.machine.daemons().getFirst();

            long ticks = after.ticks() - before.ticks();
            assertThat(ticks).isBetween(5L, 12L);
            assertThat(after.scannedPages() - before.scannedPages()).isBetween(1L, 64 * ticks);
        }
    }
}
