package moraine.core.impl.reclaim;

import static moraine.core.impl.reclaim.Scarce.PAGES;
import static moraine.core.impl.reclaim.Scarce.RAM;
import static moraine.core.impl.reclaim.Scarce.bytes;
import static moraine.core.impl.reclaim.Scarce.page;
import static moraine.core.impl.reclaim.Scarce.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Reason;
import moraine.core.impl.Agent;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.plugins.WallClock;
import moraine.core.impl.reclaim.DirectReclaim.Stand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one touch, or one tenant, has used up of a limit is not another's. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DirectCountsTest {
    private static final int RETRIES = 3;
    private static final long SMALL = 8;
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

    /** {@return a page for a tenant, with room made for it, or a negative errno} */
    private static long allocated(Scarce on, Agent agent, int tenant) {
        return agent.directReclaim()
                .repeat(
                        /* owner= */ null, Stand.OUTSIDE, () -> {
                            agent.worker().request.reset(Reason.CPU_FAULT, Intent.WRITE, RAM, tenant);
                            return on.rooms.allocator.allocate(agent.worker(), agent.worker().request, 0);
                        });
    }

    @Test
    void shouldReckonAllThatThereIsWhenASmallTenantMadeRoomLast() {
        try (var on = machine(Map.of("reclaim.passes", "1"))) {
            on.machine.tenant("small", NodeSet.ALL, List.of(SMALL));
            AddressSpace space = on.machine.openSpace("small", "small");
            CpuContext own = space.attach(RAM);
            Agent agent = on.rooms.newAgent();
            agent.directReclaim().progress(() -> 0);
            List<Long> pages = new ArrayList<>();
            on.written(on.usable() - SMALL);
            write(own, space.mmap(MapRequest.anonymous(bytes(SMALL))), 0, SMALL);
            while (on.counter("allocstall") < 3) {
                pages.add(allocated(on, agent, on.rooms.tenants.id("tenant")));
            }

            pages.add(allocated(on, agent, on.rooms.tenants.id("small")));
            long stalls = on.counter("allocstall");
            while (on.counter("allocstall") < 5) {
                pages.add(allocated(on, agent, on.rooms.tenants.id("tenant")));
            }

            pages.stream().filter(pfn -> pfn >= 0).forEach(agent::put);
            on.rooms.retire(agent);
            own.close();
            assertThat(stalls).isEqualTo(4);
            assertThat(pages).allMatch(pfn -> pfn >= 0);
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
