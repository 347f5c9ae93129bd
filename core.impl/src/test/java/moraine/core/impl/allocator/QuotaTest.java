package moraine.core.impl.allocator;

import static moraine.core.impl.allocator.TestMachine.errno;
import static moraine.core.impl.allocator.TestMachine.list;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Reason;
import moraine.core.impl.topology.Profiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class QuotaTest {
    private final TestMachine machine =
            new TestMachine(Profiles.node(0, NodeKind.CPU, 8192), Profiles.node(1, NodeKind.CPU, 8192));
    private int batch;

    @BeforeEach
    void publish() {
        machine.publish(machine.everybody(List.of(list(0, 0, 1), list(1, 1, 0))));
    }

    private void define(NodeSet allowed, long... quota) {
        List<Long> pages = new ArrayList<>();
        for (long each : quota) {
            pages.add(each);
        }
        machine.tenants.define("batch", allowed, pages);
        batch = machine.tenants.id("batch");
    }

    private long allocate(Reason reason, int order) {
        return machine.allocator.allocate(
                machine.worker, machine.worker.request.reset(reason, Intent.WRITE, 0, batch), order);
    }

    @Test
    void shouldMoveOnWhereTheQuotaIsUsedUp() {
        define(NodeSet.ALL, 100, 50);
        int[] perNode = new int[2];
        for (long pfn = allocate(Reason.CPU_FAULT, 0); pfn >= 0; pfn = allocate(Reason.CPU_FAULT, 0)) {
            perNode[machine.frames.node(pfn)]++;
        }

        assertThat(perNode).containsExactly(100, 50);
        assertThat(allocate(Reason.CPU_FAULT, 0)).isEqualTo(errno(Errno.EDQUOT));
        assertThat(machine.allocate(Reason.CPU_FAULT)).isNotNegative();
        machine.assertSound();
    }

    @Test
    void shouldCountFreesOfAnyWorkerTowardsTheQuota() {
        define(NodeSet.of(0), 10);
        List<Long> taken = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            taken.add(allocate(Reason.CPU_FAULT, 0));
        }
        assertThat(allocate(Reason.CPU_FAULT, 0)).isEqualTo(errno(Errno.EDQUOT));

        machine.free(machine.allocator.worker(), taken.removeFirst());
        machine.frames.put(taken.getFirst());
        machine.allocator.free(null, taken.removeFirst());

        assertThat(allocate(Reason.CPU_FAULT, 0)).isNotNegative();
        assertThat(allocate(Reason.CPU_FAULT, 0)).isNotNegative();
        assertThat(allocate(Reason.CPU_FAULT, 0)).isEqualTo(errno(Errno.EDQUOT));
        machine.assertSound();
    }

    @Test
    void shouldForceWhatMustGoSomewhere() {
        define(NodeSet.of(0), 0, 0);
        EnumSet<Reason> forced = EnumSet.of(Reason.BRING_BACK, Reason.EVICTION, Reason.CONVERSION, Reason.REMOVAL);
        for (Reason reason : Reason.values()) {
            long pfn = allocate(reason, 0);
            if (forced.contains(reason)) {
                assertThat(pfn).as("%s", reason).isNotNegative();
            } else {
                assertThat(pfn).as("%s", reason).isEqualTo(errno(Errno.EDQUOT));
            }
        }
        assertThat(machine.tenants.charged(batch, 0)).isEqualTo(4);
        machine.assertSound();
    }

    @Test
    void shouldChargeAFolioAsAWhole() {
        define(NodeSet.of(0), 600);
        long head = allocate(Reason.CPU_FAULT, 9);

        assertThat(head).isNotNegative();
        assertThat(allocate(Reason.CPU_FAULT, 9)).isEqualTo(errno(Errno.EDQUOT));
        machine.free(head);
        assertThat(machine.tenants.charged(batch, 0)).isZero();
        assertThat(allocate(Reason.CPU_FAULT, 9)).isNotNegative();
    }

    @Test
    void shouldKeepATenantFromNodesThatItMayNotUse() {
        define(NodeSet.of(1));

        assertThat(machine.frames.node(allocate(Reason.CPU_FAULT, 0))).isEqualTo(1);
        AllocRequest bound = machine.worker.request.reset(Reason.CPU_FAULT, Intent.WRITE, 0, batch);
        bound.explicitMask = 1;
        assertThat(machine.allocator.allocate(machine.worker, bound, 0)).isEqualTo(errno(Errno.EACCES));
        bound.explicitMask = 3;
        assertThat(machine.frames.node(machine.allocator.allocate(machine.worker, bound, 0)))
                .isEqualTo(1);
        assertThat(machine.frames.node(allocate(Reason.BRING_BACK, 0))).isZero();
    }

    @Test
    void shouldLimitByTheEffectiveMask() {
        define(NodeSet.ALL);
        AllocRequest request = machine.worker.request.reset(Reason.CPU_FAULT, Intent.WRITE, 0, batch);
        request.effectiveMask = 2;

        assertThat(machine.frames.node(machine.allocator.allocate(machine.worker, request, 0)))
                .isEqualTo(1);
        request.effectiveMask = 0;
        assertThat(machine.allocator.allocate(machine.worker, request, 0)).isEqualTo(errno(Errno.EACCES));
    }

    @Test
    void shouldObeyAQuotaThatComesLater() {
        define(NodeSet.of(0));
        for (int i = 0; i < 30; i++) {
            assertThat(allocate(Reason.CPU_FAULT, 0)).isNotNegative();
        }

        define(NodeSet.of(0), 31);

        assertThat(allocate(Reason.CPU_FAULT, 0)).isNotNegative();
        assertThat(allocate(Reason.CPU_FAULT, 0)).isEqualTo(errno(Errno.EDQUOT));
        machine.assertSound();
    }
}
