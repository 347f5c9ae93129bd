package moraine.core.impl.reclaim;

import static moraine.core.impl.reclaim.Scarce.DEVICE_PAGES;
import static moraine.core.impl.reclaim.Scarce.RAM;
import static moraine.core.impl.reclaim.Scarce.bytes;
import static moraine.core.impl.reclaim.Scarce.page;
import static moraine.core.impl.reclaim.Scarce.read;
import static moraine.core.impl.reclaim.Scarce.refused;
import static moraine.core.impl.reclaim.Scarce.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Mappable;
import moraine.core.api.host.Pin;
import moraine.core.api.host.Userfault;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.Reason;
import moraine.core.api.model.SwapSpec;
import moraine.core.impl.Agent;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.allocator.FallbackCounts;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.merge.Merger;
import moraine.core.impl.plugins.WallClock;
import moraine.core.impl.reclaim.DirectReclaim.Stand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where else pages are asked for, and what a binding says about a full node. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DirectPlacesTest {
    private static final int SOME = 8;
    private static final int DEVICE = 1;

    @TempDir
    private Path directory;

    private static Scarce machine(String full, SwapSpec swap) {
        String policy = "node(window=1,also=RECLAIMABLE+ON_LRU,full=" + full + ")";
        return new Scarce(policy, swap, WallClock.environment(), PageCache.stores(Backing.BYTES), Parameters.NONE);
    }

    private static long bound(Scarce on, long pages) {
        long at = on.map(pages);
        on.space.mbind(at, bytes(pages), MemoryPolicy.bind(DEVICE));
        return at;
    }

    private static void fills(Userfault range, long address) {
        range.fill(address, MemorySegment.ofArray(new long[Pages.SIZE / Long.BYTES]));
    }

    /**
     * Who needs several pages at once gets them from all nodes in turn: what it got would be taken next where the last
     * was taken, and a step that fits into both would not fit.
     */
    @Test
    void shouldTakeFromNodesInTurnForThoseWhoDoNotGoOn() {
        try (var on = machine("FAIL", Scarce.inFile(directory))) {
            on.written(on.usable());
            write(on.cpu, bound(on, DEVICE_PAGES), 0, DEVICE_PAGES);
            long stolen = on.counter("pgsteal_direct");
            Agent agent = on.rooms.newAgent();
            agent.directReclaim().progress(() -> 0);
            long[] got = new long[4 * on.rooms.tuning.reclaimBatchPages];
            for (int i = 0; i < got.length; i++) {
                got[i] = agent.directReclaim().repeat(null, Stand.OUTSIDE, () -> either(on, agent));
            }

            assertThat(on.counter("pgsteal_direct") - stolen).isGreaterThanOrEqualTo(got.length / 2);
            assertThat(LongStream.of(got).map(on.rooms.frames::node)).contains((long) RAM, (long) DEVICE);
            LongStream.of(got).forEach(agent::put);
            on.rooms.retire(agent);
        }
    }

    private static long either(Scarce on, Agent agent) {
        AllocRequest request = agent.worker().request;
        request.reset(Reason.CPU_FAULT, Intent.WRITE, DEVICE, on.rooms.tenants.id("tenant"));
        request.explicitMask = 1L << RAM | 1L << DEVICE;
        return on.rooms.allocator.allocate(agent.worker(), request, 0);
    }

    @Test
    void shouldMakeRoomForAHandlersFill() {
        try (var on = new Scarce(Scarce.onNode())) {
            long at = on.map(SOME);
            on.space.userfault(at, bytes(SOME), (range, address, _) -> fills(range, address));
            on.written(on.usable());

            assertThat(on.cpu.getLong(at)).isZero();

            assertThat(on.counter("pgsteal_direct")).isPositive();
        }
    }

    @Test
    void shouldMakeRoomForCopiesOfPinnedPagesInAFork() {
        try (var on = new Scarce(Scarce.onNode())) {
            long at = on.written(SOME);
            try (Pin _ = on.space.pin(at, bytes(SOME), PinKind.SHORT, Intent.WRITE)) {
                on.written(on.usable() - SOME);

                AddressSpace child = on.space.fork("child");

                assertThat(Scarce.count(on.space, at, SOME, PageState.PRESENT)).isEqualTo(SOME);
                assertThat(on.counter("pgsteal_direct")).isPositive();
                on.checked();
                CpuContext own = child.attach(RAM);
                read(own, at, 0, SOME);
                own.close();
            }
        }
    }

    @Test
    void shouldMakeRoomForADriversBuffer() {
        try (var on = new Scarce(Scarce.onNode())) {
            long at = on.written(on.usable());
            try (Mappable buffer = on.machine.device("gpu0").buffer(bytes(SOME))) {
                assertThat(on.counter("pgsteal_direct")).isGreaterThanOrEqualTo(SOME);
                on.checked();
                long shown = on.space.mmap(MapRequest.anonymous(bytes(SOME)).shared(), buffer, 0);
                write(on.cpu, shown, 0, SOME);
                read(on.cpu, at, 0, on.usable());
                read(on.cpu, shown, 0, SOME);
                assertThat(Scarce.count(on.space, shown, SOME, PageState.PRESENT))
                        .as("pages that stay while others go")
                        .isEqualTo(SOME);
            }
        }
    }

    @Test
    void shouldSayHowMuchSwapThereIsWhereABufferOrAForkFindsNoRoom() {
        try (var on = new Scarce(SwapSpec.NONE)) {
            long at = on.written(on.usable());
            assertThatThrownBy(() -> on.machine.device("gpu0").buffer(bytes(SOME)))
                    .hasMessage("a buffer of 8 pages found no free page after 0, and the machine has no swap; make it"
                            + " smaller, free memory near the device, or give it swap");
            try (Pin _ = on.space.pin(at, bytes(SOME), PinKind.SHORT, Intent.WRITE)) {
                assertThatThrownBy(() -> on.space.fork("child"))
                        .hasMessageStartingWith("fork of space space found no page to copy a pinned one of ")
                        .hasMessageEndingWith(
                                ", and the machine has no swap; close the pin first, free memory, or give it swap");
            }
        }
    }

    @Test
    void shouldPinPagesThatNeedRoom() {
        try (var on = new Scarce(Scarce.onNode())) {
            long at = on.map(SOME);
            on.written(on.usable());
            try (Pin pin = on.space.pin(at, bytes(SOME), PinKind.SHORT, Intent.WRITE)) {
                assertThat(pin.pages()).isEqualTo(SOME);
            }
        }
    }

    @Test
    void shouldMakeRoomOnTheNodeThatARangeIsBoundTo() {
        try (var on = machine("FAIL", Scarce.onNode())) {
            long other = on.written(SOME);
            long at = bound(on, 3L * DEVICE_PAGES);

            write(on.cpu, at, 0, 3L * DEVICE_PAGES);

            assertThat(Scarce.count(on.space, at, 3L * DEVICE_PAGES, PageState.SWAPPED))
                    .isGreaterThanOrEqualTo(2L * DEVICE_PAGES);
            assertThat(Scarce.count(on.space, other, SOME, PageState.PRESENT)).isEqualTo(SOME);
            read(on.cpu, at, 0, 3L * DEVICE_PAGES);
            assertThat(on.space.why(page(at, 3L * DEVICE_PAGES - 1)).node()).isEqualTo(DEVICE);
        }
    }

    @Test
    void shouldEndASpaceOnlyWhenSwapIsFullToo() {
        try (var on = machine("END", Scarce.onNode())) {
            on.written(on.usable());
            long at = bound(on, 8L * DEVICE_PAGES);
            write(on.cpu, at, 0, 2L * DEVICE_PAGES);
            assertThat(on.counter("oom_kill")).isZero();
            long more = bound(on, 16L * DEVICE_PAGES);

            refused(Errno.SIGKILL, () -> write(on.cpu, more, 0, 16L * DEVICE_PAGES));

            assertThat(on.counter("oom_kill")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RECLAIM", "END"})
    void shouldDoWhatABindingSaysForPagesOfFilesHandlersAndForks(String full) throws IOException {
        Path path = Files.write(directory.resolve("file"), new byte[(int) bytes(SOME)]);
        try (var on = machine(full, SwapSpec.NONE);
                CachedFile file = on.machine.openFile(path, true)) {
            long pinned = bound(on, SOME);
            write(on.cpu, pinned, 0, SOME);
            long mapped = on.space.mmap(MapRequest.anonymous(bytes(SOME)).shared(), file, 0);
            on.space.mbind(mapped, bytes(SOME), MemoryPolicy.bind(DEVICE));
            long filled = bound(on, SOME);
            on.space.userfault(filled, bytes(SOME), (range, address, _) -> fills(range, address));
            try (Pin _ = on.space.pin(pinned, bytes(SOME), PinKind.SHORT, Intent.WRITE)) {
                long rest = bound(on, DEVICE_PAGES - SOME);
                write(on.cpu, rest, 0, DEVICE_PAGES - SOME);
                assertThat(on.rooms.allocator.freePages(DEVICE)).isZero();

                on.cpu.putLong(mapped, 1);
                assertThat(on.space.why(mapped).node()).isEqualTo(DEVICE);

                on.space.fork("child").close();
                on.cpu.getLong(filled);
                assertThat(on.space.why(filled).node()).isEqualTo(DEVICE);
                assertThat(on.counter("oom_kill")).isZero();
            }
            on.space.munmap(mapped, bytes(SOME));
        }
    }

    @Test
    void shouldEndASpaceWhosePageOfAFileOverflowsItsBinding() throws IOException {
        Path path = Files.write(directory.resolve("file"), new byte[(int) bytes(SOME)]);
        try (var on = machine("END", SwapSpec.NONE);
                CachedFile file = on.machine.openFile(path, true)) {
            long at = bound(on, DEVICE_PAGES);
            write(on.cpu, at, 0, DEVICE_PAGES);
            long mapped = on.space.mmap(MapRequest.anonymous(bytes(SOME)).shared(), file, 0);
            on.space.mbind(mapped, bytes(SOME), MemoryPolicy.bind(DEVICE));
            Pin pin = on.space.pin(at, bytes(DEVICE_PAGES), PinKind.SHORT, Intent.WRITE);

            refused(Errno.SIGKILL, () -> on.cpu.getLong(mapped));

            assertThat(on.counter("oom_kill")).isEqualTo(1);
            pin.close();
        }
    }

    @Test
    void shouldRecordOnceWhatAPageFellBackFromThatComesFromSwap() {
        try (var on = machine("FAIL", Scarce.onNode())) {
            long at = on.written(SOME);
            on.space.migrate(at, bytes(SOME), DEVICE, Cause.USER);
            assertThat(on.space.why(at).node()).isEqualTo(DEVICE);
            long fill = bound(on, 4L * DEVICE_PAGES);
            for (long page = 0; on.rooms.allocator.freePages(DEVICE) > 0 || !swapped(on, at); page++) {
                write(on.cpu, fill, page, page + 1);
            }
            Map<String, Long> before = fallbacks(on);

            assertThat(on.cpu.getLong(at)).isEqualTo(1);

            assertThat(on.space.why(at).node()).isEqualTo(RAM);
            Map<String, Long> news = fallbacks(on);
            before.forEach((key, pages) -> news.merge(key, -pages, Long::sum));
            news.values().removeIf(pages -> pages == 0);
            assertThat(news).containsExactly(Map.entry("1 to 0", 1L));
        }
    }

    private static boolean swapped(Scarce on, long address) {
        return on.state(address) == PageState.SWAPPED;
    }

    private static Map<String, Long> fallbacks(Scarce on) {
        Map<String, Long> sums = new HashMap<>();
        on.rooms.allocator.fallbacks((key, pages) ->
                sums.merge(FallbackCounts.wanted(key) + " to " + FallbackCounts.got(key), pages, Long::sum));
        return sums;
    }

    /** {@return pages of RAM that are one} */
    private static long merged(Scarce on) {
        long at = on.map(SOME);
        for (long page = 0; page < SOME; page++) {
            on.cpu.putLong(page(at, page), 5);
        }
        on.space.advise(at, bytes(SOME), Advice.MERGEABLE);
        try (var merger = new Merger(on.rooms, on.under.mechanism().spaceList())) {
            assertThat(merger.settle()).isEqualTo(SOME - 1);
        }
        return at;
    }

    @Test
    void shouldMakeRoomForCopiesOfMergedPages() {
        try (var on = new Scarce(Scarce.onNode())) {
            long at = merged(on);
            on.written(on.usable() - 1);

            on.space.advise(at, bytes(SOME), Advice.UNMERGEABLE);

            assertThat(on.counter("cow_ksm")).isEqualTo(SOME);
            assertThat(on.counter("pgsteal_direct")).isPositive();
            on.checked();
            assertThat(on.cpu.getLong(at)).isEqualTo(5);
        }
    }

    @Test
    void shouldSayWhyAMergedPageHasNoCopyInASpaceThatIsEnded() {
        try (var on = machine("END", SwapSpec.NONE)) {
            long at = merged(on);
            long full = bound(on, DEVICE_PAGES);
            write(on.cpu, full, 0, DEVICE_PAGES);
            on.space.mbind(at, bytes(SOME), MemoryPolicy.bind(DEVICE));
            try (Pin _ = on.space.pin(full, bytes(DEVICE_PAGES), PinKind.SHORT, Intent.WRITE)) {
                assertThatThrownBy(() -> on.space.advise(at, bytes(SOME), Advice.UNMERGEABLE))
                        .hasMessageContaining("has no copy of its own: the space was ended")
                        .isInstanceOfSatisfying(
                                MoraineException.class,
                                e -> assertThat(e.errno()).isEqualTo(Errno.SIGKILL));
            }
        }
    }
}
