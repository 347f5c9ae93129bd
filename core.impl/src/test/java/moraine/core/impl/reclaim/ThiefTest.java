package moraine.core.impl.reclaim;

import static moraine.core.impl.reclaim.Scarce.PAGES;
import static moraine.core.impl.reclaim.Scarce.RAM;
import static moraine.core.impl.reclaim.Scarce.refused;
import static moraine.core.impl.reclaim.Scarce.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Clock;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Meter;
import moraine.core.api.time.Point;
import moraine.core.api.time.Points;
import moraine.core.impl.Agent;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.plugins.WallClock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Somebody else is always faster: takes what a touch has freed, before it looks again. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ThiefTest implements Environment, Points {
    private static final int RETRIES = 5;

    private final Environment inside = WallClock.environment();
    private final List<Long> loot = new ArrayList<>();
    private @Nullable Scarce at;
    private @Nullable Agent thief;

    @Override
    public void reach(Point point) {
        Scarce on = at;
        Agent mine = thief;
        if (on != null && mine != null && point == Point.FAULT_LOOKED_UP) {
            for (long pfn = 0; pfn >= 0; ) {
                mine.worker().request.reset(Reason.CPU_FAULT, Intent.WRITE, RAM, 0);
                pfn = on.rooms.allocator.allocate(mine.worker(), mine.worker().request, 0);
                if (pfn >= 0) {
                    loot.add(pfn);
                }
            }
        }
    }

    @Test
    void shouldGiveUpAfterSomeRoundsWhosePagesOthersTook() {
        var tuning = new Parameters(Map.of("reclaim.retries", Integer.toString(RETRIES)));
        try (var on = new Scarce("hidden(window=1)", Scarce.onNode(), this, PageCache.stores(Backing.BYTES), tuning)) {
            long from = on.map(2L * PAGES);
            write(on.cpu, from, 0, on.usable());
            thief = on.rooms.newAgent();
            at = on;

            refused(Errno.ENOMEM, () -> write(on.cpu, from, on.usable(), on.usable() + 1));

            at = null;
            assertThat(on.counter("allocstall")).isEqualTo(RETRIES);
            assertThat(loot).hasSize(RETRIES * 32);
            write(on.cpu, from, on.usable(), on.usable() + 1);
            loot.forEach(thief::put);
            on.rooms.retire(thief);
        }
    }

    @Override
    public Clock clock() {
        return inside.clock();
    }

    @Override
    public Actors actors() {
        return inside.actors();
    }

    @Override
    public @Nullable Meter meter() {
        return inside.meter();
    }

    @Override
    public RandomGenerator random(String purpose) {
        return inside.random(purpose);
    }

    @Override
    public Points points() {
        return this;
    }
}
