package moraine.core.impl.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import moraine.core.api.model.Intent;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Reason;
import moraine.core.impl.tuning.Tuning;
import org.junit.jupiter.api.Test;

final class FrameCacheTest {
    private static final long PAGES = 1 << 16;

    private final TestMachine machine = TestMachine.ofRam(PAGES);

    private FrameCache cache() {
        return Objects.requireNonNull(machine.worker.caches[0]);
    }

    private List<Long> take(int n) {
        List<Long> taken = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            taken.add(machine.allocate(Reason.CPU_FAULT));
        }
        return taken;
    }

    @Test
    void shouldRefill64AtATimeAscending() {
        List<Long> taken = take(200);

        assertThat(taken).isSorted().doesNotHaveDuplicates();
        assertThat(taken.get(199)).isEqualTo(199);
        assertThat(machine.counters.value("allocator.refills")).isEqualTo(4);
        assertThat(cache().count).isEqualTo(56);
        assertThat(machine.allocator.freePages(0)).isEqualTo(PAGES - 200);
        machine.assertSound();
    }

    @Test
    void shouldDrain128WhenFull() {
        List<Long> taken = take(448 + 512 + 1);
        int before = cache().count;
        assertThat(cache().limit).isEqualTo(512);
        taken.subList(0, 512 - before).forEach(machine::free);
        assertThat(cache().count).isEqualTo(512);
        assertThat(machine.counters.value("allocator.drains")).isZero();

        machine.free(taken.getLast());

        assertThat(machine.counters.value("allocator.drains")).isEqualTo(1);
        assertThat(cache().count).isEqualTo(385);
        machine.assertSound();
    }

    @Test
    void shouldGiveTheFrameFreedLastFirst() {
        List<Long> taken = take(10);
        machine.free(taken.get(4));

        assertThat(machine.allocate(Reason.CPU_FAULT)).isEqualTo(taken.get(4));
    }

    @Test
    void shouldHandARunOfFreesOutInTheOrderItCameIn() {
        List<Long> taken = take(300);
        taken.forEach(machine::free);

        assertThat(take(300)).isEqualTo(taken);

        Collections.reverse(taken);
        taken.subList(0, 50).forEach(machine::free);
        assertThat(take(20)).isEqualTo(taken.subList(0, 20));
        machine.free(taken.get(3));
        machine.free(taken.get(5));
        assertThat(take(3)).containsExactly(taken.get(3), taken.get(5), taken.get(20));
        machine.assertSound();
    }

    @Test
    void shouldKeepLittleFromSmallNodesAndNothingFromTiny() {
        assertThat(new FrameCache(zone(64), Tuning.USUAL).limit).isZero();
        assertThat(new FrameCache(zone(4095), Tuning.USUAL).limit).isZero();
        assertThat(new FrameCache(zone(4096), Tuning.USUAL).limit).isEqualTo(32);
        assertThat(new FrameCache(zone(10_000), Tuning.USUAL).limit).isEqualTo(72);
        assertThat(new FrameCache(zone(1 << 20), Tuning.USUAL).limit).isEqualTo(512);
    }

    private Zone zone(long pages) {
        return new Zone(machine.frames, 1, 0, pages, new Watermarks(0, 0, 0));
    }

    @Test
    void shouldLetGoOfEverythingBelowTheLowMark() {
        long low = machine.allocator.lowPages(0);
        List<Long> taken = take((int) (PAGES - low));
        assertThat(cache().count).isLessThan(64);
        while (machine.allocator.freePages(0) >= low) {
            taken.add(machine.allocate(Reason.CPU_FAULT));
        }
        taken.addAll(take(3));

        machine.free(taken.removeFirst());

        assertThat(cache().count).isZero();
        assertThat(machine.allocator.low(0)).isTrue();
        machine.assertSound();
    }

    @Test
    void shouldReturnFramesAndChargesWhenReleased() {
        Worker other = machine.allocator.worker();
        machine.tenants.define("batch", NodeSet.ALL, List.of());
        int batch = machine.tenants.id("batch");
        AllocRequest request = other.request.reset(Reason.CPU_FAULT, Intent.READ, 0, batch);
        long one = machine.allocator.allocate(other, request, 0);
        machine.allocator.allocate(other, request, 0);

        machine.allocator.release(other);

        assertThat(machine.tenants.charged(batch, 0)).isEqualTo(2);
        assertThat(machine.allocator.freePages(0)).isEqualTo(PAGES - 2);
        machine.free(one);
        assertThat(machine.tenants.charged(batch, 0)).isEqualTo(1);
        machine.assertSound();
    }
}
