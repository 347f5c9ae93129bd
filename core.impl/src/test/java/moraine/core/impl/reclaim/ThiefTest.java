package moraine.core.impl.reclaim;

import static moraine.core.impl.reclaim.Scarce.PAGES;
import static moraine.core.impl.reclaim.Scarce.RAM;
import static moraine.core.impl.reclaim.Scarce.refused;
import static moraine.core.impl.reclaim.Scarce.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Point;
import moraine.core.api.time.Points;
import moraine.core.impl.Agent;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.plugins.WallClock;
import moraine.testkit.HandsOn;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Somebody else is always faster: takes what a touch has freed, before it looks again. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ThiefTest {
    private static final int RETRIES = 5;

    @Test
    void shouldGiveUpAfterSomeRoundsWhosePagesOthersTook() {
        var thief = new Thief();
        var tuning = new Parameters(Map.of("reclaim.retries", Integer.toString(RETRIES)));
        try (var on = new Scarce("hidden(window=1)", Scarce.onNode(), thief, PageCache.stores(Backing.BYTES), tuning)) {
            long from = on.map(2L * PAGES);
            write(on.cpu, from, 0, on.usable());
            thief.comeTo(on);

            refused(Errno.ENOMEM, () -> write(on.cpu, from, on.usable(), on.usable() + 1));

            assertThat(on.counter("allocstall")).isEqualTo(RETRIES);
            assertThat(thief.loot).hasSize(RETRIES * 32);
            thief.leave();
            write(on.cpu, from, on.usable(), on.usable() + 1);
        }
    }

    /** Allocates all that is free whenever a touch is about to look for a page. */
    private static final class Thief extends HandsOn implements Points {
        private final List<Long> loot = new ArrayList<>();
        private @Nullable Scarce at;
        private @Nullable Agent agent;

        Thief() {
            super(WallClock.environment());
        }

        void comeTo(Scarce scarce) {
            agent = scarce.rooms.newAgent();
            at = scarce;
        }

        @Override
        public Points points() {
            return this;
        }

        @Override
        public void reach(Point point) {
            Scarce on = at;
            Agent mine = agent;
            if (on != null && mine != null && point == Point.FAULT_LOOKED_UP) {
                for (long pfn = steal(on, mine); pfn >= 0; pfn = steal(on, mine)) {
                    loot.add(pfn);
                }
            }
        }

        private static long steal(Scarce on, Agent agent) {
            agent.worker().request.reset(Reason.CPU_FAULT, Intent.WRITE, RAM, 0);
            return on.rooms.allocator.allocate(agent.worker(), agent.worker().request, 0);
        }

        /** Gives everything back. */
        void leave() {
            Scarce on = at;
            Agent mine = agent;
            at = null;
            if (on != null && mine != null) {
                loot.forEach(mine::put);
                on.rooms.retire(mine);
            }
        }
    }
}
