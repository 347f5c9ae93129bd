package moraine.core.impl.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Cause;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Event;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Verdict;
import moraine.core.api.time.Actor;
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
final class ExchangeTest {
    private final HostBench bench = new HostBench(WallClock.environment());
    private final PolicyHost host = bench.host;
    private final FakePolicy.Provider hidden = bench.offer("hidden").plan(Shapes::hidden);
    private final FakePolicy.Provider node = bench.offer("node").plan(Shapes::node);

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void shouldExchangeInBothDirectionsAndConvert() {
        host.use("hidden", false);
        long first = bench.devicePage();
        long second = bench.devicePage();

        ExchangeReport there = host.use("node(a=1)", false);
        ExchangeReport settled = host.settle();

        assertThat(there)
                .returns("hidden", ExchangeReport::old)
                .returns("node(a=1)", ExchangeReport::now)
                .returns(ExchangeReport.Kind.EXCHANGED, ExchangeReport::kind);
        assertThat(settled.convertedPages()).isEqualTo(2);
        assertThat(bench.typesOfPages(first, second))
                .containsValues("test-coherent")
                .hasSize(2);
        assertThat(host.active()).isEqualTo("node(a=1)");
        assertThat(bench.regimes.current().bindableMask()).isEqualTo(0b11);

        host.use("hidden", false);
        assertThat(host.settle().convertedPages()).isEqualTo(2);
        assertThat(bench.typesOfPages(first, second)).containsOnlyKeys(0, 1).containsEntry(0, "test-private");
        assertThat(bench.regimes.current().bindableMask()).isEqualTo(0b01);
    }

    @Test
    void shouldCloseTheOldInstanceAndRecordItsExit() {
        host.use("hidden", false);
        FakePolicy old = hidden.last;

        host.use("node", false);

        assertThat(old.closed).isTrue();
        assertThat(host.exits())
                .singleElement()
                .returns("hidden", ExitRecord::instance)
                .returns("test.hidden 1.0", ExitRecord::bundle)
                .returns(ExitRecord.BY_OPERATOR, ExitRecord::kind)
                .returns("replaced by node", ExitRecord::reason);
        assertThatThrownBy(() -> old.context.replan(Shapes.hidden(bench)))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
        assertThatThrownBy(() -> old.context.view().nodes()).hasMessageContaining("has ended");
    }

    @Test
    void shouldChangeNothingWhenRefusedByCheck() {
        host.use("hidden", false);
        Regime before = bench.regimes.current();
        node.check((_, _) -> Verdict.no("device dev0 is not coherent"));

        ExchangeReport report = host.use("node", false);

        assertThat(report)
                .returns(ExchangeReport.Kind.REFUSED, ExchangeReport::kind)
                .returns("hidden", ExchangeReport::old)
                .returns("hidden", ExchangeReport::now)
                .returns("node: device dev0 is not coherent", ExchangeReport::reason);
        assertThat(bench.regimes.current()).isSameAs(before);
        assertThat(node.made).hasValue(0);
        assertThat(hidden.last.closed).isFalse();
        assertThat(host.exits()).isEmpty();
    }

    @Test
    void shouldRefuseAPolicyThatThrows() {
        Regime before = bench.regimes.current();
        node.check((_, _) -> {
            throw new IllegalStateException("no check");
        });
        assertThat(host.use("node", false).reason()).contains("check() threw").contains("no check");

        node.check((_, _) -> Verdict.YES);
        node.creating = _ -> {
            throw new NoClassDefFoundError("missing/Thing");
        };
        assertThat(host.use("node", false).reason()).contains("create() threw").contains("missing/Thing");

        node.creating = _ -> {};
        node.plan(_ -> {
            throw new MoraineException(Errno.EINVAL, Blame.PLUGIN, "parameter x=1 is odd");
        });
        assertThat(host.use("node", false).reason()).isEqualTo("node: parameter x=1 is odd");
        assertThat(node.last.closed).isTrue();
        assertThat(bench.regimes.current()).isSameAs(before);
    }

    @Test
    void shouldRefuseAnIllegalPlan() {
        bench.coherent = false;

        assertThat(host.use("node", false).reason())
                .startsWith("node: its plan is illegal: memory type test-coherent of node 1 (device)")
                .contains("device dev0 is not coherent");
        assertThat(host.active()).isEqualTo(MachineSpec.LAST_RESORT);
    }

    @Test
    void shouldRefuseStrictlyWhenAPageWouldMove() {
        host.use("hidden", false);
        bench.devicePage();
        bench.inPlace = false;

        assertThat(host.use("node", true).reason()).contains("1 pages could not be converted in place");
        assertThat(host.use("node", false).kind()).isEqualTo(ExchangeReport.Kind.EXCHANGED);
    }

    @Test
    void shouldCountPagesThatMoveOrStay() {
        host.use("hidden", false);
        long moved = bench.devicePage();
        long kept = bench.devicePage();
        bench.conversion = head -> head == moved ? Converter.MIGRATED : Converter.KEPT;

        host.use("node", false);

        assertThat(host.settle())
                .returns(0L, ExchangeReport::convertedPages)
                .returns(1L, ExchangeReport::migratedPages)
                .returns(1L, ExchangeReport::keptPages);
        assertThat(bench.typesOfPages(kept)).containsValue("test-private");
    }

    @Test
    void shouldRetryPagesThatAreLockedForAWhile() {
        host.use("hidden", false);
        bench.devicePage();
        var tries = new AtomicInteger();
        bench.conversion = _ -> tries.incrementAndGet() < 4 ? Converter.KEPT : Converter.CONVERTED;

        host.use("node", false);

        assertThat(host.settle()).returns(1L, ExchangeReport::convertedPages).returns(0L, ExchangeReport::keptPages);
    }

    @Test
    void shouldLookAtPagesAgainOnlyWhenTypesChanged() {
        host.use("hidden", false);
        bench.devicePage();
        host.use("node", false);
        host.settle();
        int conversions = bench.conversions.get();
        bench.conversion = _ -> Converter.KEPT;

        host.use("node(x=1)", false);
        assertThat(host.settle()).returns(0L, ExchangeReport::keptPages);
        assertThat(bench.conversions).hasValue(conversions);

        host.use("hidden", false);
        assertThat(host.settle()).returns(1L, ExchangeReport::keptPages);
        bench.conversion = _ -> Converter.CONVERTED;
        host.use("hidden(again=1)", false);
        assertThat(host.settle()).returns(1L, ExchangeReport::convertedPages);
    }

    @Test
    void shouldThrowForUnknownNames() {
        assertThatThrownBy(() -> host.use("nodes", false))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                .hasMessage("no policy is named nodes; did you mean node?");
        assertThatThrownBy(() -> host.use("zzzzzz", false)).hasMessageEndingWith("; there are hidden, node, ram-only");
        assertThatThrownBy(() -> host.use("ram-only(x=1)", false)).hasMessageContaining("takes no parameters");
    }

    @Test
    void shouldChooseTheHighestRankingThatPasses() {
        bench.offer("refuses", new FakePolicy.Provider().check((_, _) -> Verdict.no("never")), 20);
        bench.offer("best", new FakePolicy.Provider(), 10);

        assertThat(host.use("*", false).now()).isEqualTo("best");
        assertThat(host.use("*", false)).returns("best", ExchangeReport::old).returns("best", ExchangeReport::now);
    }

    @Test
    void shouldListWhatIsAvailable() {
        host.use("node", false);
        hidden.check((_, _) -> Verdict.no("not today"));

        assertThat(host.available())
                .extracting(p -> p.name() + " " + p.bundle() + " " + p.active() + " "
                        + p.verdict().reason())
                .containsExactly(
                        "hidden test.hidden 1.0 false not today",
                        "node test.node 1.0 true ",
                        "ram-only moraine.core.impl (last resort) false ");
    }

    @Test
    void shouldReturnToTheLastResortAndLeavePagesAsTheyAre() {
        host.use("hidden", false);
        long page = bench.devicePage();

        host.use(MachineSpec.LAST_RESORT, false);

        assertThat(host.settle()).returns(0L, ExchangeReport::convertedPages);
        assertThat(bench.typesOfPages(page)).containsValue("test-private");
        assertThat(bench.conversions).hasValue(0);
        assertThat(bench.events.list()).extracting(Event::kind).contains(Event.Kind.EXCHANGE);
    }

    @Test
    void shouldSurviveConcurrentExchanges() {
        List<Actor> actors = new ArrayList<>();
        var failures = new ArrayList<Throwable>();
        for (String name : List.of("hidden", "node", "ram-only", "node(x=1)")) {
            actors.add(bench.environment.actors().start("user of " + name, 0, _ -> {
                for (int i = 0; i < 25; i++) {
                    assertThat(host.use(name, false).kind()).isEqualTo(ExchangeReport.Kind.EXCHANGED);
                }
                return Step.Progress.DONE;
            }));
        }
        for (Actor actor : actors) {
            assertThat(bench.environment.actors().await(actor::done, HostBench.LONG_NS))
                    .isTrue();
            if (actor.failure() != null) {
                failures.add(actor.failure());
            }
        }

        assertThat(failures).isEmpty();
        assertThat(bench.counters.value("policy.exchanges")).isEqualTo(100);
        host.settle();
        assertThat(host.active()).isIn("hidden", "node", "ram-only", "node(x=1)");
    }

    @Test
    void shouldDrainCallsIntoTheOldPolicyBeforeItIsClosed() {
        var stop = new AtomicBoolean();
        hidden.faults(batch -> batch.decide(0, DeviceAction.MIGRATE, 1));
        node.faults(batch -> batch.decide(0, DeviceAction.MIGRATE, 2));
        List<FakePolicy> all = new ArrayList<>();
        var answered = new AtomicInteger();
        Actor requester = bench.environment.actors().start("requester", 1, _ -> {
            PolicyCalls calls = host.requester("dev0", 1);
            while (!stop.get()) {
                var faults = new FakeFaults(1);
                calls.deviceFaults(faults);
                answered.addAndGet(faults.decisions().getFirst().equals("plan") ? 0 : 1);
            }
            calls.close();
            return Step.Progress.DONE;
        });
        for (int i = 0; i < 40; i++) {
            host.use(i % 2 == 0 ? "hidden" : "node", false);
            all.add(i % 2 == 0 ? hidden.last : node.last);
            int before = answered.get();
            Eventually.holds("answers", () -> answered.get() > before + 3);
        }
        stop.set(true);
        bench.environment.actors().await(requester::done, HostBench.LONG_NS);

        assertThat(requester.failure()).isNull();
        assertThat(answered.get()).isGreaterThan(40);
        assertThat(all).allSatisfy(policy -> assertThat(policy.afterClose).hasValue(0));
    }

    @Test
    void shouldReplanWhileActive() {
        host.use("hidden", false);
        long page = bench.devicePage();
        Regime before = bench.regimes.current();

        hidden.last.context.replan(Shapes.node(bench));

        Eventually.holds("replanned", () -> bench.regimes.current().epoch() > before.epoch());
        var begun = new CountDownLatch(1);
        host.desk().post(begun::countDown);
        Eventually.holds("conversion has begun", () -> begun.getCount() == 0);
        host.settle();
        assertThat(bench.typesOfPages(page)).containsValue("test-coherent");
        assertThat(host.active()).isEqualTo("hidden");
        bench.coherent = false;
        assertThatThrownBy(() -> hidden.last.context.replan(Shapes.node(bench))).hasMessageContaining("not coherent");
        assertThat(bench.counters.value("host.illegal")).isEqualTo(1);
    }

    @Test
    void shouldMovePagesInPiecesOnRequest() {
        host.use("hidden", false);

        hidden.last.context.requestMigration(3, 0x1ff000, 0x202000, Shapes.DEVICE, Cause.ACCESS_COUNTERS);

        Eventually.holds("moved", () -> bench.moves().size() == 3);
        assertThat(bench.moves())
                .containsExactly(
                        "3 0x1ff000 4096 to 1 ACCESS_COUNTERS",
                        "3 0x200000 2097152 to 1 ACCESS_COUNTERS",
                        "3 0x400000 4096 to 1 ACCESS_COUNTERS");
        assertThatThrownBy(() -> hidden.last.context.requestMigration(3, -1, 4096, 1, Cause.DRIVER))
                .hasMessageContaining("not inside user space");
    }

    @Test
    void shouldRefuseCallsAfterClose() {
        host.close();

        assertThatThrownBy(host::active)
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
        assertThatThrownBy(() -> host.use("node", false)).hasMessageContaining("closed");
    }
}
