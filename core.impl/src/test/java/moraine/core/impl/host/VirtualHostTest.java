package moraine.core.impl.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.Event;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Step;
import moraine.core.impl.plugins.FakeFaults;
import moraine.core.impl.plugins.Shapes;
import moraine.core.impl.plugins.VirtualEnvironment;
import org.junit.jupiter.api.Test;

/** The same host in virtual time: one thread, nothing waits, every run the same. */
final class VirtualHostTest {
    private static final int PAGES = 700;

    /** {@return everything that can be seen of a run with exchanges, exceptions and an ejection} */
    private static List<String> run() {
        var environment = new VirtualEnvironment();
        List<String> seen = new ArrayList<>();
        try (var bench = new HostBench(environment)) {
            bench.offer("hidden").plan(Shapes::hidden).faults(batch -> batch.decide(0, DeviceAction.MIGRATE, 2));
            bench.offer("throws").plan(Shapes::node).faults(_ -> {
                throw new IllegalStateException("again");
            });
            bench.host.use("hidden", false);
            for (int i = 0; i < PAGES; i++) {
                bench.devicePage();
            }
            PolicyCalls calls = bench.host.requester("dev0", 1);
            Actor device = environment.start("device", 1, self -> {
                var batch = new FakeFaults(2);
                calls.deviceFaults(batch);
                seen.add(environment.nowNs() + " " + bench.host.active() + " " + batch.decisions());
                self.wakeAt(environment.nowNs() + 10);
                return seen.size() == 20 ? Step.Progress.DONE : Step.Progress.IDLE;
            });
            environment.start("user", 0, _ -> {
                ExchangeReport report = bench.host.use("throws", false);
                seen.add(report.toString());
                return Step.Progress.DONE;
            });
            environment.await(device::done, Long.MAX_VALUE);
            seen.add(bench.host.settle().toString());
            seen.addAll(bench.events.list().stream().map(Event::toString).toList());
            seen.addAll(bench.counters.list().stream().map(Object::toString).toList());
            seen.addAll(bench.host.exits().stream()
                    .map(e -> e.kind() + e.reason() + e.uptimeNs())
                    .toList());
            seen.addAll(environment.log());
        }
        return seen;
    }

    @Test
    void shouldBeTheSameInEveryRun() {
        List<String> first = run();

        assertThat(first).anyMatch(line -> line.contains("MIGRATE 2"));
        assertThat(first).anyMatch(line -> line.contains("ram-only [plan, plan]"));
        assertThat(first).anyMatch(line -> line.contains("kind=CONVERSION") && line.contains("pages=" + PAGES));
        assertThat(run()).isEqualTo(first);
    }

    @Test
    void shouldNeverDecideByTime() {
        var environment = new VirtualEnvironment();
        try (var bench = new HostBench(environment)) {
            bench.offer("slow").faults(batch -> {
                environment.charge(Cost.COMPUTE, 1, 1, 1, 60_000_000_000L);
                batch.decide(0, DeviceAction.MIGRATE, 1);
            });
            bench.host.use("slow", false);
            PolicyCalls calls = bench.host.requester("dev0", 1);
            var batch = new FakeFaults(1);
            Actor device = environment.start("device", 1, _ -> {
                calls.deviceFaults(batch);
                return Step.Progress.DONE;
            });
            environment.await(device::done, Long.MAX_VALUE);

            assertThat(environment.nowNs()).isGreaterThan(60_000_000_000L);
            assertThat(batch.decisions()).containsExactly("MIGRATE 1");
            assertThat(bench.host.active()).isEqualTo("slow");
        }
    }
}
