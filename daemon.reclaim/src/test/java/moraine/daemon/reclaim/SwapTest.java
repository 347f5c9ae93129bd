package moraine.daemon.reclaim;

import static moraine.daemon.reclaim.Stand.FAST;
import static moraine.daemon.reclaim.Stand.SLOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.SwapSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The last level of reclaim on real machines in virtual time: where it helps, and where it must keep its hands off. */
final class SwapTest {
    private static final List<String> RECLAIM = List.of("reclaim");
    private static final SwapSpec EXPANDER = SwapSpec.node(SLOW, 16L << 20);
    private static final int BURST = 24;
    private static final int BURSTS = 20;

    @TempDir
    private Path directory;

    /** {@return a machine whose expander is swap, and whose tenant has RAM only} */
    private static Stand swapping(List<String> daemons) {
        return new Stand("cxl-type3", MachineSpec.LAST_RESORT, daemons, NodeSet.of(FAST), EXPANDER);
    }

    private static long swapped(Stand on, long address, long pages) {
        return on.space.pages(address, pages * Pages.SIZE, Integer.MAX_VALUE).stream()
                .filter(page -> page.state() == PageState.SWAPPED)
                .count();
    }

    /** Fills RAM with cold pages; then comes, in bursts, what is read again and again. @return time of ten readings */
    private static long burstsNs(Stand on) {
        long[] cold = on.filled();
        on.pass(20);
        var bursts = new ArrayList<Long>();
        for (int burst = 0; burst < BURSTS; burst++) {
            bursts.add(on.written(BURST));
            bursts.forEach(at -> on.read(at, BURST));
            on.pass(5);
        }
        long ns = 0;
        for (int pass = 0; pass < 10; pass++) {
            for (long at : bursts) {
                ns += on.read(at, BURST);
            }
        }
        readSome(on, cold[0], cold[1]);
        return ns;
    }

    /** Reads pages of a range of which some are swapped. */
    private static void readSome(Stand on, long address, long pages) {
        for (PageInfo page : on.space.pages(address, pages * Pages.SIZE, Integer.MAX_VALUE)) {
            long number = (page.address() - address) / Pages.SIZE;
            if (page.state() == PageState.SWAPPED && number % 8 == 0) {
                assertThat(on.cpu.getLong(page.address())).isEqualTo(number + 1);
                on.pass(1);
            }
        }
    }

    @Test
    void shouldMakeRoomBeforeTouchesHaveToDoSoThemselves() {
        try (Stand nothing = new Stand("cxl-type3", MachineSpec.LAST_RESORT, RECLAIM, NodeSet.of(FAST))) {
            assertThatThrownBy(() -> burstsNs(nothing))
                    .isInstanceOfSatisfying(
                            MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOMEM));
        }
        try (Stand without = swapping(List.of())) {
            assertThat(burstsNs(without)).isPositive();

            assertThat(without.machine.counter("allocstall")).isPositive();
            assertThat(without.machine.counter("pgsteal_direct")).isEqualTo(without.machine.counter("pswpout"));
        }
        try (Stand with = swapping(RECLAIM)) {
            assertThat(burstsNs(with)).isPositive();

            assertThat(with.machine.counter("allocstall")).isZero();
            assertThat(with.machine.counter("pswpout")).isGreaterThanOrEqualTo((long) BURSTS * BURST);
            assertThat(with.machine.counter("pswpin")).isPositive();
            assertThat(with.machine.counter("pgdemote_kswapd")).isZero();
        }
    }

    @Test
    void shouldBeFasterThanMemoryThatIsSlowForAll() {
        long without;
        try (Stand spilling = new Stand("cxl-type3", MachineSpec.LAST_RESORT, List.of(), NodeSet.ALL)) {
            without = burstsNs(spilling);
        }
        try (Stand with = swapping(RECLAIM)) {
            assertThat(burstsNs(with)).isLessThan(without * 3 / 4);
        }
    }

    @Test
    void shouldSwapToAFileAsWell() {
        var file = SwapSpec.file(directory.resolve("swap"), 16L << 20);
        try (Stand on = new Stand("knl-mcdram", MachineSpec.LAST_RESORT, RECLAIM, NodeSet.of(FAST), file)) {
            assertThat(burstsNs(on)).isPositive();
            assertThat(on.machine.counter("pswpout")).isPositive();
        }
    }

    @Test
    void shouldSwapTheOldestAndSpareWhatIsUsed() {
        try (Stand on = swapping(RECLAIM)) {
            long hot = on.written(64);
            long[] cold = on.filled();
            for (int i = 0; i < 40; i++) {
                on.read(hot, 64);
                on.pass(1);
            }

            assertThat(swapped(on, cold[0], cold[1])).isPositive();
            assertThat(swapped(on, hot, 64)).isZero();
            assertThat(on.node(FAST).freePages())
                    .isGreaterThanOrEqualTo(on.node(FAST).highPages());
        }
    }

    @Test
    void shouldDemoteAsLongAsASlowerNodeTakesPages() {
        try (Stand on = new Stand("cxl-type3", MachineSpec.LAST_RESORT, RECLAIM, NodeSet.ALL, EXPANDER)) {
            long[] cold = on.filled();
            on.pass(20);

            assertThat(on.on(SLOW, cold[0], cold[1])).isPositive();
            assertThat(on.machine.counter("pswpout")).isZero();
        }
    }

    @Test
    void shouldSwapFromTheLastLevelSoThatDemotionGoesOn() {
        try (Stand on = new Stand("cxl-type3", MachineSpec.LAST_RESORT, RECLAIM, NodeSet.ALL, EXPANDER)) {
            long[] cold = on.filled();
            var more = new ArrayList<Long>();
            while (on.machine.counter("pswpout") == 0 && more.size() < 200) {
                more.add(on.written(BURST));
                on.pass(20);
            }

            assertThat(on.machine.counter("pgdemote_kswapd")).isPositive();
            assertThat(on.machine.counter("pswpout")).isPositive();
            assertThat(swapped(on, cold[0], cold[1])).isPositive();
            more.forEach(at -> {
                on.read(at, BURST);
                on.pass(20);
            });
        }
    }

    @Test
    void shouldReclaimNothingWithoutPressure() {
        try (Stand on = swapping(RECLAIM)) {
            long at = on.written(100);
            on.pass(100);

            assertThat(swapped(on, at, 100)).isZero();
            assertThat(on.machine.counter("pgscan")).isZero();
            assertThat(on.machine.counter("pgsteal")).isZero();
            assertThat(on.machine.counter("pswpout")).isZero();
        }
    }

    @Test
    void shouldLeavePinnedPages() {
        try (Stand on = swapping(RECLAIM)) {
            long[] cold = on.filled();
            try (var pin = on.space.pin(cold[0], cold[1] * Pages.SIZE, PinKind.LONG, Intent.WRITE)) {
                on.pass(20);

                assertThat(pin.pages()).isEqualTo(cold[1]);
                assertThat(on.on(FAST, cold[0], cold[1])).isEqualTo(cold[1]);
                assertThat(on.machine.counter("pswpout")).isZero();
            }
        }
    }

    /** {@return how many pages of a device were swapped while RAM was low} */
    private static long swappedOff(String policy) {
        var swap = SwapSpec.node(FAST, 4L << 20);
        try (Stand on = new Stand("gh200", policy, RECLAIM, NodeSet.ALL, swap)) {
            long there = on.written(32);
            on.space.migrate(there, 32L * Pages.SIZE, SLOW, Cause.USER);
            on.filled();
            on.pass(50);

            assertThat(on.machine.counter("pswpout")).isPositive();
            assertThat(on.on(SLOW, there, 32)).isEqualTo(32);
            return swapped(on, there, 32);
        }
    }

    @Test
    void shouldLeavePagesOfDevicesThatReclaimHasNoBusinessWith() {
        assertThat(swappedOff("managed(features=user_numa)")).isZero();
    }

    @Test
    void shouldComeBackToWhereItWasAndTellSo() {
        try (Stand on = swapping(RECLAIM)) {
            long[] cold = on.filled();
            on.pass(20);
            PageInfo gone = on.space.pages(cold[0], cold[1] * Pages.SIZE, Integer.MAX_VALUE).stream()
                    .filter(page -> page.state() == PageState.SWAPPED)
                    .findFirst()
                    .orElseThrow();

            on.cpu.getLong(gone.address());

            assertThat(on.space.why(gone.address()))
                    .returns(FAST, PageInfo::node)
                    .returns(Cause.SWAP_IN, PageInfo::cause)
                    .returns(FAST, PageInfo::previousNode);
        }
    }

    @Test
    void shouldDropPagesOfFilesAndKeepOthersWhereAsked() throws IOException {
        Path path = Files.write(directory.resolve("file"), new byte[8 << 20]);
        try (Stand on = new Stand(
                        "cxl-type3",
                        MachineSpec.LAST_RESORT,
                        List.of("reclaim(last=files)"),
                        NodeSet.of(FAST),
                        EXPANDER);
                var file = on.machine.openFile(path, false)) {
            file.read(0, MemorySegment.ofArray(new byte[8 << 20]));
            long[] cold = on.filled();
            on.pass(50);

            assertThat(on.machine.counter("pgsteal")).isPositive();
            assertThat(on.machine.counter("pswpout")).isZero();
            assertThat(on.on(FAST, cold[0], cold[1])).isEqualTo(cold[1]);
            assertThat(on.node(FAST).freePages())
                    .isGreaterThanOrEqualTo(on.node(FAST).highPages());
        }
    }
}
