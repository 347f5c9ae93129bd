package moraine.core.impl.reclaim;

import static moraine.core.impl.reclaim.Scarce.PAGES;
import static moraine.core.impl.reclaim.Scarce.RAM;
import static moraine.core.impl.reclaim.Scarce.bytes;
import static moraine.core.impl.reclaim.Scarce.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Backing;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.Parameters;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.plugins.WallClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one touch, or one tenant, has used up of a limit is not another's. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DirectCountsTest {
    private static final int RETRIES = 3;
    private static final long TIMEOUT_NS = 30_000_000_000L;

    private static Scarce machine(Map<String, String> tuning) {
        return new Scarce(
                "hidden(window=1,remote=true)",
                Scarce.onNode(),
                WallClock.environment(),
                PageCache.stores(Backing.BYTES),
                new Parameters(tuning));
    }

    /** Takes all pages that are free. @return the first page of the range that is not written yet */
    private static long exhaust(Scarce on, CpuContext other, long at, long from) {
        long next = from;
        while (on.rooms.allocator.freePages(RAM) > on.rooms.allocator.minPages(RAM)) {
            other.putLong(page(at, next), next);
            next++;
        }
        return next;
    }

    @Test
    void shouldCountTheRefusalsOfOneTouchOnly() {
        try (var on = machine(Map.of("reclaim.retries", Integer.toString(RETRIES)));
                CpuContext other = on.space.attach(RAM)) {
            long fill = on.map(2L * PAGES);
            long at = on.map(1);
            long next = 0;
            for (int i = 1; i <= 4 * RETRIES; i++) {
                next = exhaust(on, other, fill, next);
                on.cpu.putLong(at, i);
                assertThat(on.counter("allocstall")).as("touch " + i).isEqualTo(i);
                on.space.advise(at, bytes(1), Advice.DEAD);
            }
        }
    }

    @Test
    void shouldCountTheRefusalsOfOneDeviceTouchOnly() {
        try (var on = machine(Map.of("reclaim.retries", Integer.toString(RETRIES)));
                CpuContext other = on.space.attach(RAM)) {
            long fill = on.map(2L * PAGES);
            long at = on.map(1);
            on.space.mbind(at, bytes(1), MemoryPolicy.bind(RAM));
            long next = 0;
            for (int i = 1; i <= 4 * RETRIES; i++) {
                next = exhaust(on, other, fill, next);
                on.machine.device("gpu0").launch(on.space, new Store(at, i)).await(TIMEOUT_NS);
                on.space.advise(at, bytes(1), Advice.DEAD);
            }
            assertThat(on.counter("allocstall")).isGreaterThanOrEqualTo(4L * RETRIES);
        }
    }

    /** One block that stores a value. */
    private record Store(long at, long value) implements Kernel {
        @Override
        public String name() {
            return "store";
        }

        @Override
        public int blocks() {
            return 1;
        }

        @Override
        public Block block(int index) {
            return memory -> {
                memory.putLong(at, value);
                return false;
            };
        }
    }
}
