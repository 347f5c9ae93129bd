package moraine.core.impl.reclaim;

import static moraine.core.impl.reclaim.Scarce.PAGES;
import static moraine.core.impl.reclaim.Scarce.RAM;
import static moraine.core.impl.reclaim.Scarce.read;
import static moraine.core.impl.reclaim.Scarce.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Parameters;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Step;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.plugins.VirtualEnvironment;
import org.junit.jupiter.api.Test;

/** Touches that make room in virtual time: in the step that touches, the same in every run. */
final class DirectVirtualTest {
    private static final int ACTORS = 3;
    private static final int EACH = PAGES - 100;
    private static final int STRIDE = 7;

    /** {@return all that can be seen of a run in which actors need three times what there is} */
    private static List<String> run() {
        var environment = new VirtualEnvironment();
        List<String> seen = new ArrayList<>();
        try (var on = new Scarce(
                "hidden(window=1)", Scarce.onNode(), environment, PageCache.stores(Backing.BYTES), Parameters.NONE)) {
            long at = on.map((long) ACTORS * EACH);
            List<Actor> actors = new ArrayList<>();
            for (int i = 0; i < ACTORS; i++) {
                long from = Scarce.page(at, (long) i * EACH);
                actors.add(environment.start("cpu" + i, RAM, writer(on.space.attach(RAM), from)));
            }
            environment.await(() -> actors.stream().allMatch(Actor::done), Long.MAX_VALUE);
            actors.forEach(actor -> assertThat(actor.failure()).isNull());
            on.checked();
            seen.add(Long.toString(environment.nowNs()));
            on.machine.counters().forEach(counter -> seen.add(counter.toString()));
            on.space
                    .pages(at, Scarce.bytes(ACTORS * EACH), Integer.MAX_VALUE)
                    .forEach(page -> seen.add(page.toString()));
            seen.addAll(environment.log());
            assertThat(on.counter("pgsteal_direct")).isPositive();
        }
        return seen;
    }

    private static Step writer(CpuContext cpu, long from) {
        var next = new long[1];
        return _ -> {
            long to = Math.min(EACH, next[0] + STRIDE);
            write(cpu, from, next[0], to);
            next[0] = to;
            if (to < EACH) {
                return Step.Progress.MORE;
            }
            read(cpu, from, 0, EACH);
            cpu.close();
            return Step.Progress.DONE;
        };
    }

    @Test
    void shouldDoTheSameInEveryRun() {
        assertThat(run()).isEqualTo(run());
    }
}
