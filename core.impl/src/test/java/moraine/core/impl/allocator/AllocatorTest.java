package moraine.core.impl.allocator;

import static moraine.core.impl.allocator.TestMachine.errno;
import static moraine.core.impl.allocator.TestMachine.list;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Reason;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.topology.Profiles;
import moraine.core.impl.tuning.Tuning;
import org.junit.jupiter.api.Test;

final class AllocatorTest {
    @Test
    void shouldHandOutFramesReadyForUse() {
        TestMachine machine = TestMachine.ofRam(4096);

        long pfn = machine.allocate(Reason.CPU_FAULT);

        assertThat(pfn).isNotNegative();
        assertThat(machine.frames.refs(pfn)).isEqualTo(1);
        assertThat(machine.frames.mappings(pfn)).isZero();
        assertThat(machine.frames.word1(pfn)).isZero();
        assertThat(machine.frames.node(pfn)).isZero();
        assertThat(machine.allocator.freePages(0)).isEqualTo(4095);
        assertThat(machine.allocator.usedPages(0)).isEqualTo(1);
        assertThat(machine.tenants.charged(0, 0)).isEqualTo(1);
        machine.assertSound();
        machine.free(pfn);
        assertThat(machine.allocator.freePages(0)).isEqualTo(4096);
        machine.assertSound();
    }

    @Test
    void shouldHandOutFoliosOf512() {
        TestMachine machine = TestMachine.ofRam(4096);
        long small = machine.allocate(Reason.CPU_FAULT);

        long head = machine.allocator.allocate(machine.worker, machine.request(Reason.CPU_FAULT), 9);

        assertThat(head % 512).isZero();
        assertThat(machine.frames.order(head)).isEqualTo(9);
        assertThat(machine.frames.head(head + 511)).isEqualTo(head);
        assertThat(machine.tenants.charged(0, 0)).isEqualTo(513);
        assertThat(machine.allocator.usedPages(0)).isEqualTo(513);
        machine.assertSound();
        machine.free(head);
        machine.free(small);
        assertThat(machine.allocator.usedPages(0)).isZero();
        machine.assertSound();
    }

    @Test
    void shouldTakeTheFramesOfASplitFolioBackOneByOne() {
        TestMachine machine = TestMachine.ofRam(4096);
        long head = machine.allocator.allocate(machine.worker, machine.request(Reason.CPU_FAULT), 9);
        machine.frames.tryLock(head);
        machine.frames.freeze(head, 1);
        machine.frames.splitFolio(head);
        for (int i = 0; i < 512; i++) {
            machine.frames.reset(head + i, 1, 0);
        }
        machine.frames.unlock(head);
        machine.assertSound();

        for (int i = 0; i < 512; i++) {
            machine.free(head + i);
        }

        assertThat(machine.allocator.usedPages(0)).isZero();
        assertThat(machine.tenants.charged(0, 0)).isZero();
        machine.assertSound();
    }

    @Test
    void shouldRefuseOrdersThatNoFolioHas() {
        TestMachine machine = TestMachine.ofRam(4096);

        assertThatThrownBy(() -> machine.allocator.allocate(machine.worker, machine.request(Reason.CPU_FAULT), 3))
                .hasMessageContaining("order 3 is no folio's");
        machine.assertSound();
    }

    @Test
    void shouldDrainItsCacheRatherThanFailForAFolio() {
        TestMachine machine = TestMachine.ofRam(8192);
        List<Long> taken = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            taken.add(machine.allocator.allocate(machine.worker, machine.request(Reason.EVICTION), 9));
        }
        long pfn = machine.allocate(Reason.EVICTION);
        machine.free(pfn);
        assertThat(taken).allMatch(head -> head >= 0);

        assertThat(machine.allocator.allocate(machine.worker, machine.request(Reason.EVICTION), 9))
                .isNotNegative();
        machine.assertSound();
    }

    @Test
    void shouldKeepTheReserveForBringBackAndEviction() {
        TestMachine machine = TestMachine.ofRam(1024);
        long min = machine.allocator.minPages(0);
        long taken = 0;
        while (machine.allocate(Reason.CPU_FAULT) >= 0) {
            taken++;
        }

        assertThat(taken).isEqualTo(1024 - min);
        for (Reason reason : Reason.values()) {
            if (reason != Reason.BRING_BACK && reason != Reason.EVICTION && reason != Reason.REMOVAL) {
                assertThat(machine.allocate(reason)).as("%s", reason).isEqualTo(errno(Errno.ENOMEM));
            }
        }
        for (long i = 0; i < min / 2; i++) {
            assertThat(machine.allocate(Reason.BRING_BACK)).isNotNegative();
        }
        assertThat(machine.allocate(Reason.BRING_BACK)).isEqualTo(errno(Errno.ENOMEM));
        for (long i = 0; i < min / 2; i++) {
            assertThat(machine.allocate(i % 2 == 0 ? Reason.EVICTION : Reason.REMOVAL))
                    .isNotNegative();
        }
        assertThat(machine.allocate(Reason.EVICTION)).isEqualTo(errno(Errno.ENOMEM));
        assertThat(machine.allocator.freePages(0)).isZero();
        machine.assertSound();
    }

    @Test
    void shouldScaleWatermarksWithTheNode() {
        for (long pages : new long[] {64, 1000, 20_000, 1 << 20, 1 << 28}) {
            Watermarks ram = Watermarks.of(pages, NodeKind.CPU, Tuning.USUAL);
            Watermarks device = Watermarks.of(pages, NodeKind.DEVICE, Tuning.USUAL);
            assertThat(ram.min()).isPositive().isLessThan(ram.low());
            assertThat(ram.low()).isLessThan(ram.high());
            assertThat(ram.high()).isLessThanOrEqualTo(Math.max(pages / 20, 4));
            assertThat(device.min()).isZero();
            assertThat(device.low()).isPositive().isLessThan(device.high());
        }
        assertThat(Watermarks.of(1_000_000, NodeKind.MEMORY, Tuning.USUAL)).isEqualTo(new Watermarks(1000, 2000, 3000));
        assertThat(Watermarks.of(64, NodeKind.MEMORY, Tuning.USUAL)).isEqualTo(new Watermarks(1, 2, 3));
    }

    @Test
    void shouldTellOnceThatANodeRunsLow() {
        TestMachine machine = TestMachine.ofRam(1024);
        List<Integer> told = new ArrayList<>();
        machine.allocator.onLow(told::add);
        List<Long> taken = new ArrayList<>();

        while (machine.allocator.freePages(0) >= machine.allocator.lowPages(0)) {
            assertThat(told).isEmpty();
            taken.add(machine.allocate(Reason.CPU_FAULT));
        }
        assertThat(machine.allocator.low(0)).isTrue();
        assertThat(told).containsExactly(0);
        taken.add(machine.allocate(Reason.CPU_FAULT));
        assertThat(told).containsExactly(0);
        while (machine.allocator.freePages(0) < machine.allocator.highPages(0)) {
            machine.free(taken.removeLast());
        }
        assertThat(machine.allocator.low(0)).isFalse();
        while (!machine.allocator.low(0)) {
            taken.add(machine.allocate(Reason.CPU_FAULT));
        }
        assertThat(told).containsExactly(0, 0);
    }

    @Test
    void shouldTellOnceThatANodeIsFull() {
        TestMachine machine = TestMachine.ofRam(256);
        while (machine.allocate(Reason.CPU_FAULT) >= 0) {}
        List<Integer> told = new ArrayList<>();
        machine.allocator.onLow(told::add);

        machine.allocate(Reason.CPU_FAULT);
        assertThat(told).isEmpty();
        machine.free(0);
        machine.allocate(Reason.CPU_FAULT);
        machine.allocate(Reason.CPU_FAULT);
        machine.allocate(Reason.CPU_FAULT);
        assertThat(told).containsExactly(0);
    }

    @Test
    void shouldSpillOnlyWhenAllowed() {
        TestMachine machine = new TestMachine(Profiles.node(0, NodeKind.CPU, 64), Profiles.node(1, NodeKind.CPU, 64));
        machine.publish(machine.everybody(List.of(list(0, 0, 1), list(1, 1, 0))));
        while (machine.allocator.freePages(0) > machine.allocator.minPages(0)) {
            assertThat(machine.frames.node(machine.allocate(Reason.CPU_FAULT))).isZero();
        }

        assertThat(machine.frames.node(machine.allocate(Reason.CPU_FAULT))).isEqualTo(1);
        AllocRequest stay = machine.request(Reason.CPU_FAULT);
        stay.maySpill = false;
        assertThat(machine.allocator.allocate(machine.worker, stay, 0)).isEqualTo(errno(Errno.ENOMEM));
        AllocRequest preferred = machine.request(Reason.CPU_FAULT);
        preferred.namedNode = 1;
        assertThat(machine.frames.node(machine.allocator.allocate(machine.worker, preferred, 0)))
                .isEqualTo(1);
        machine.assertSound();
    }

    @Test
    void shouldGiveNewPagesTheTypeOfTheMoment() {
        TestMachine machine =
                new TestMachine(Profiles.node(0, NodeKind.CPU, 4096), Profiles.node(1, NodeKind.DEVICE, 4096));
        machine.publish(machine.everybody(List.of(list(0, 1), list(1, 1))));
        int device = machine.types.intern(TestMachine.DEVICE);

        long one = machine.allocate(Reason.CPU_FAULT);
        machine.allocator.typeOf(1, machine.types.systemRam());
        long two = machine.allocate(Reason.CPU_FAULT);
        machine.publish(machine.everybody(List.of(list(0, 1), list(1, 1))));
        long three = machine.allocate(Reason.CPU_FAULT);

        assertThat(machine.frames.type(one)).isEqualTo(device);
        assertThat(machine.frames.type(two)).isEqualTo(machine.types.systemRam());
        assertThat(machine.frames.type(three)).isEqualTo(device);
    }

    @Test
    void shouldFailUntilAPolicyHasPublished() {
        TestMachine machine = new TestMachine(Profiles.node(0, NodeKind.CPU, 64));

        assertThat(machine.allocate(Reason.CPU_FAULT)).isEqualTo(errno(Errno.ENOMEM));
    }

    @Test
    void shouldRememberTheMostPagesInUse() {
        TestMachine machine = TestMachine.ofRam(1024);
        List<Long> taken = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            taken.add(machine.allocate(Reason.CPU_FAULT));
        }
        taken.forEach(machine::free);

        assertThat(machine.allocator.usedPeak(0)).isEqualTo(100);
        assertThat(machine.allocator.usedPages(0)).isZero();
    }

    @Test
    void shouldRefuseToFreeWhatIsHeld() {
        TestMachine machine = TestMachine.ofRam(8192);
        long pfn = machine.allocate(Reason.CPU_FAULT);
        assertHeld(machine, pfn, "references 1");
        machine.frames.addMapping(pfn, 2);
        machine.frames.put(pfn);
        assertHeld(machine, pfn, "mappings 2");
        machine.frames.dropMapping(pfn, 2);
        machine.frames.tryLock(pfn);
        assertHeld(machine, pfn, "flags 0x1");
        machine.frames.unlock(pfn);
        machine.allocator.free(machine.worker, pfn);
        assertHeld(machine, pfn, "flags 0x40");
        machine.assertSound();
    }

    private static void assertHeld(TestMachine machine, long pfn, String why) {
        assertThatThrownBy(() -> machine.allocator.free(machine.worker, pfn))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY))
                .hasMessageContaining("frame " + pfn + " is freed while held")
                .hasMessageContaining(why);
    }

    @Test
    void shouldWithdrawPoisonedFrames() {
        TestMachine machine = TestMachine.ofRam(8192);
        long pfn = machine.allocate(Reason.CPU_FAULT);
        machine.frames.setFlag(pfn, Frames.POISONED);
        long head = machine.allocator.allocate(machine.worker, machine.request(Reason.CPU_FAULT), 9);
        machine.frames.setFlag(head + 5, Frames.POISONED);

        machine.free(pfn);
        machine.free(head);

        assertThat(machine.allocator.freePages(0)).isEqualTo(8190);
        assertThat(machine.allocator.usedPages(0)).isZero();
        assertThat(machine.tenants.charged(0, 0)).isZero();
        machine.assertSound();
    }

    @Test
    void shouldFreeWithoutAWorker() {
        TestMachine machine = TestMachine.ofRam(8192);
        long pfn = machine.allocate(Reason.CPU_FAULT);
        machine.frames.put(pfn);

        machine.allocator.free(null, pfn);

        assertThat(machine.tenants.charged(0, 0)).isZero();
        assertThat(machine.allocator.usedPages(0)).isZero();
        machine.assertSound();
    }

    @Test
    void shouldRemoveANodeAndAddItAgain() {
        TestMachine machine =
                new TestMachine(Profiles.node(0, NodeKind.CPU, 8192), Profiles.node(1, NodeKind.DEVICE, 8192));
        machine.publish(machine.everybody(List.of(list(0, 1, 0), list(1, 1))));
        long pfn = machine.allocate(Reason.CPU_FAULT);
        assertThat(machine.frames.node(pfn)).isEqualTo(1);
        assertThat(machine.allocator.removeNode(1)).isFalse();
        assertThat(machine.allocator.usedPages(1)).isOne();
        machine.free(pfn);

        assertThat(machine.allocator.removeNode(1)).isTrue();

        assertThat(machine.frames.node(machine.allocate(Reason.CPU_FAULT))).isZero();
        assertThat(machine.allocator.capacity(1)).isZero();
        assertThat(machine.allocator.freePages(1)).isZero();
        machine.allocator.addNode(1, 4096, machine.types.systemRam());
        long again = machine.allocate(Reason.CPU_FAULT);
        assertThat(machine.frames.node(again)).isEqualTo(1);
        assertThat(again).isGreaterThan(pfn);
        assertThat(machine.allocator.usedPages(1)).isEqualTo(1);
        machine.assertSound();
        assertThatThrownBy(() -> machine.allocator.addNode(1, 64, 0)).hasMessageContaining("it has memory already");
    }

    @Test
    void shouldCountFreePages() {
        TestMachine machine = TestMachine.ofRam(8192);
        machine.allocate(Reason.CPU_FAULT);

        assertThat(machine.counters.value("node.0.free")).isEqualTo(8191);
        assertThat(machine.counters.value("allocator.refills")).isEqualTo(1);
        assertThat(machine.counters.value("allocator.failures")).isZero();
    }
}
