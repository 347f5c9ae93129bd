package moraine.core.impl.allocator;

import static moraine.core.impl.allocator.TestMachine.list;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import moraine.core.api.model.Intent;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Reason;
import moraine.core.impl.topology.Profiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several threads, each with its own worker, that allocate, pass on and free. */
@Timeout(120)
final class AllocatorThreadsTest {
    private static final int THREADS = 4;
    private static final int STEPS = 60_000;
    private static final int AUDITS = 1000;

    private final TestMachine machine =
            new TestMachine(Profiles.node(0, NodeKind.CPU, 9000), Profiles.node(1, NodeKind.CPU, 6000));
    private final ConcurrentLinkedQueue<Long> passed = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final ReentrantLock turns = new ReentrantLock(true);
    private final AtomicInteger folios = new AtomicInteger();

    @Test
    void shouldHandEachFrameToOneHolder() throws InterruptedException {
        machine.publish(machine.everybody(List.of(list(0, 0, 1), list(1, 1, 0))));
        machine.tenants.define("batch", NodeSet.ALL, List.of(2000L, -1L));
        Thread[] threads = new Thread[THREADS];
        for (int t = 0; t < THREADS; t++) {
            int seed = t;
            threads[t] = Thread.ofPlatform().start(() -> {
                try {
                    churn(new Random(seed), seed);
                } catch (Throwable failure) {
                    failures.add(failure);
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(failures).isEmpty();
        assertThat(folios.get()).as("folios").isPositive();
        assertThat(machine.counters.value("allocator.failures")).as("refused").isPositive();
        machine.assertSound();
        passed.forEach(machine::free);
        machine.assertSound();
        for (int node = 0; node < 2; node++) {
            assertThat(machine.allocator.usedPages(node)).isZero();
            assertThat(machine.tenants.charged(0, node)).isZero();
            assertThat(machine.tenants.charged(1, node)).isZero();
        }
    }

    /** Whoever ends a worker changes no memory, so nobody stops it for an audit. */
    @Test
    void shouldFindNothingWrongWhileWorkersEnd() throws InterruptedException {
        machine.publish(machine.everybody(List.of(list(0, 0), list(1, 1))));
        var audited = new AtomicBoolean();
        Thread ending = Thread.ofPlatform().start(() -> {
            while (!audited.get()) {
                machine.allocator.release(used());
            }
        });
        try {
            for (int audit = 0; audit < AUDITS; audit++) {
                inTurn(machine::assertSound);
            }
        } finally {
            audited.set(true);
        }
        ending.join();
        assertThat(machine.counters.value("allocator.workers")).isOne();
    }

    /** {@return a worker that keeps frames} */
    private Worker used() {
        Worker worker = machine.allocator.worker();
        var request = worker.request.reset(Reason.CPU_FAULT, Intent.WRITE, 0, 0);
        inTurn(() -> machine.free(worker, machine.allocator.allocate(worker, request, 0)));
        return worker;
    }

    /** Does something while nobody else changes memory, after who has waited longer. */
    private void inTurn(Runnable body) {
        turns.lock();
        try {
            body.run();
        } finally {
            turns.unlock();
        }
    }

    /** A stamp is written while the frame is held; whoever frees it must find it unchanged. */
    private void churn(Random random, int actor) {
        Worker worker = machine.allocator.worker();
        List<Long> held = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            int dice = random.nextInt(100);
            if (dice < (step / 5000 % 2 == 0 ? 70 : 30)) {
                allocate(worker, random, actor, held, dice == 0 ? 9 : 0);
            } else if (!held.isEmpty()) {
                give(worker, actor, held.remove(random.nextInt(held.size())), dice > 90);
            }
            Long other = dice % 10 == 0 ? passed.poll() : null;
            if (other != null) {
                machine.free(worker, other);
            }
        }
        for (long pfn : held) {
            give(worker, actor, pfn, false);
        }
        machine.allocator.release(worker);
    }

    private void allocate(Worker worker, Random random, int actor, List<Long> held, int order) {
        AllocRequest request =
                worker.request.reset(Reason.CPU_FAULT, Intent.WRITE, random.nextInt(2), random.nextInt(2));
        long pfn = machine.allocator.allocate(worker, request, order);
        if (pfn >= 0) {
            assertThat(machine.frames.stamp(pfn)).isZero();
            machine.frames.stamp(pfn, pfn << 8 | actor + 1);
            held.add(pfn);
            folios.addAndGet(order == 0 ? 0 : 1);
        }
    }

    private void give(Worker worker, int actor, long pfn, boolean pass) {
        assertThat(machine.frames.stamp(pfn)).isEqualTo(pfn << 8 | actor + 1);
        machine.frames.stamp(pfn, 0);
        if (pass) {
            passed.add(pfn);
        } else {
            machine.free(worker, pfn);
        }
    }
}
