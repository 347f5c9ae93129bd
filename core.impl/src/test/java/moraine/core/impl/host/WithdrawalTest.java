package moraine.core.impl.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.Verdict;
import moraine.core.api.time.Step;
import moraine.core.impl.plugins.Eventually;
import moraine.core.impl.plugins.FakeFaults;
import moraine.core.impl.plugins.FakePolicy;
import moraine.core.impl.plugins.Shapes;
import moraine.core.impl.plugins.WallClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class WithdrawalTest {
    private final HostBench bench = new HostBench(WallClock.environment());
    private final PolicyHost host = bench.host;
    private final FakePolicy.Provider first = bench.offer("first");

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void shouldLetTheNextEligibleProviderTakeOver() {
        bench.offer("refuses", new FakePolicy.Provider().check((_, _) -> Verdict.no("never")), 9);
        bench.offer("next", new FakePolicy.Provider(), 5);
        bench.offer("last", new FakePolicy.Provider(), 0);
        host.use("first(a=1)", false);
        FakePolicy old = first.last;

        bench.catalog.remove(first);

        assertThat(host.active()).isEqualTo("next");
        assertThat(old.closed).isTrue();
        assertThat(host.settle())
                .returns(ExchangeReport.Kind.WITHDRAWN, ExchangeReport::kind)
                .returns("first(a=1)", ExchangeReport::old)
                .returns("test.first 1.0 was stopped", ExchangeReport::reason);
        assertThat(host.exits())
                .singleElement()
                .returns(ExitRecord.BUNDLE_STOPPED, ExitRecord::kind)
                .returns("first(a=1)", ExitRecord::instance);
        assertThat(bench.counters.value("policy.withdrawals")).isEqualTo(1);
    }

    @Test
    void shouldPreferAnotherVersionOfTheSameName() {
        bench.offer("other", new FakePolicy.Provider(), 50);
        var second = new FakePolicy.Provider();
        bench.catalog.add("first", second, "test.first 2.0", 0);
        host.use("first(a=1)", false);

        bench.catalog.remove(first);

        assertThat(host.active()).isEqualTo("first(a=1)");
        assertThat(second.made).hasValue(1);
    }

    @Test
    void shouldFallBackToTheLastResortAndReturnWithTheProvider() {
        host.use("first", false);
        long page = bench.devicePage();

        bench.catalog.remove(first);

        assertThat(host.active()).isEqualTo(MachineSpec.LAST_RESORT);
        assertThat(bench.typesOfPages(page)).containsValue("test-private");

        bench.catalog.add("first", new FakePolicy.Provider(), "test.first 2.0", 0);
        Eventually.holds("exchanged", () -> host.active().equals("first"));
    }

    @Test
    void shouldNotCareAboutAnEqualProviderThatIsAnother() {
        host.use("first", false);
        var other = new FakePolicy.Provider();
        bench.offer("first", other, 0);

        bench.catalog.remove(other);

        assertThat(host.active()).isEqualTo("first");
        assertThat(first.last.closed).isFalse();
    }

    @Test
    void shouldNotActivateWhatIsDroppedIn() {
        host.use("first", false);
        bench.offer("better", new FakePolicy.Provider(), 99);
        var barrier = new CountDownLatch(1);
        host.desk().post(barrier::countDown);
        Eventually.holds("the desk is through", () -> barrier.getCount() == 0);

        assertThat(host.active()).isEqualTo("first");
    }

    @Test
    void shouldFollowTheHighestRankingWhenAskedFor() {
        host.use("*", false);
        assertThat(host.active()).isEqualTo("first");

        bench.offer("better", new FakePolicy.Provider(), 99);

        Eventually.holds("exchanged", () -> host.active().equals("better"));
    }

    @Test
    void shouldReturnFromUnbindEvenWhenTheOldPolicyHangs() {
        var quick = new HostBench(
                WallClock.environment(),
                new Limits(3, 10, 1000, 60_000_000_000L, 60_000_000_000L, 60_000_000_000L, 300_000_000L));
        var inside = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var provider = quick.offer("hangs");
        provider.plan(Shapes::hidden).faults(_ -> {
            inside.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(quick.host.use("hangs", false).now()).isEqualTo("hangs");
        quick.environment.actors().start("device", 1, _ -> {
            quick.host.requester("dev0", 1).deviceFaults(new FakeFaults(1));
            return Step.Progress.DONE;
        });
        Eventually.holds("the call is inside", () -> inside.getCount() == 0);
        long startNs = quick.environment.clock().nowNs();

        quick.catalog.remove(provider);

        assertThat(quick.environment.clock().nowNs() - startNs).isLessThan(30_000_000_000L);
        assertThat(quick.host.active()).isEqualTo(MachineSpec.LAST_RESORT);
        release.countDown();
        quick.close();
    }
}
