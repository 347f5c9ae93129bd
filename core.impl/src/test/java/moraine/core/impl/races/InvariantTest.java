package moraine.core.impl.races;

import static moraine.core.impl.races.Stage.NEAR;
import static moraine.core.impl.races.Stage.RAM;
import static moraine.core.impl.races.Stage.done;
import static moraine.core.impl.races.Stage.outcome;
import static moraine.core.impl.races.Stage.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Launch;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.TenantInfo;
import moraine.core.api.time.Point;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Invariants that need no race to be broken, and I5, which is about what nobody may do meanwhile. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class InvariantTest {
    private final AtomicLong seen = new AtomicLong(-1);

    private static Launch adder(Stage stage, String device, long address) {
        return stage.launch(device, memory -> {
            memory.putLong(address, memory.getLong(address) + 100);
            return false;
        });
    }

    /**
     * I4: a CPU that had the translation of a page that went to hidden memory faults, and that brings the page home.
     */
    @Test
    void shouldReadHiddenMemoryByAFaultOnly() {
        try (Stage stage = Stage.hidden();
                CpuContext cpu = stage.space.attach(RAM)) {
            long at = stage.written(1);
            assertThat(cpu.getLong(at)).isEqualTo(1);
            stage.toDevice("gpu0", at, 1);
            assertThat(Pte.kind(stage.entry(at))).isEqualTo(Pte.DEVICE_PRIVATE);
            assertThat(stage.node(at)).isEqualTo(NEAR);
            long faults = stage.machine.counter("cpu.faults");

            assertThat(cpu.getLong(at)).isEqualTo(1);

            assertThat(stage.machine.counter("cpu.faults")).isGreaterThan(faults);
            assertThat(stage.node(at)).isEqualTo(RAM);
        }
    }

    /** I5: neither a CPU nor a device that had its translation writes a page while it moves. */
    @Test
    void shouldLetNobodyWriteAPageWhileItMoves() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            long elsewhere = stage.untouched(1);
            done(adder(stage, "gpu1", at));
            stage.gates.hold(Point.FAULT_LOOKED_UP, "cpu");
            stage.cpu("cpu", cpu -> {
                cpu.putLong(at + Long.BYTES, 1);
                cpu.putLong(elsewhere, 1);
                cpu.putLong(at + Long.BYTES, 2);
            });
            stage.gates.awaitHeld(Point.FAULT_LOOKED_UP, "cpu");
            stage.gates.hold(Point.MIGRATE_UNMAPPED, "migrator");
            stage.gates.start("migrator", () -> stage.migrate(at, 1, NEAR));
            stage.gates.awaitHeld(Point.MIGRATE_UNMAPPED, "migrator");
            stage.gates.release(Point.FAULT_LOOKED_UP, "cpu");
            stage.gates.awaitWithin("cpu", "CpuFaults.await");
            Launch launch = adder(stage, "gpu1", at);
            stage.gates.awaitWithin(Stage.GPU1, "Notifiers.awaitChange");
            stage.gates.release(Point.MIGRATE_UNMAPPED, "migrator");
            stage.gates.awaitEnd("migrator");

            stage.gates.awaitEnd("cpu");
            done(launch);
            assertThat(stage.node(at)).isEqualTo(NEAR);
            assertThat(stage.read(at)).isEqualTo(201);
            assertThat(stage.read(at + Long.BYTES)).isEqualTo(2);
        }
    }

    /** I8: translations of CPUs and devices are no references; a page in use by all of them leaves. */
    @Test
    void shouldEvictWhatEverybodyUses() {
        try (Stage stage = Stage.reachable();
                CpuContext cpu = stage.space.attach(RAM)) {
            long at = stage.written(1);
            assertThat(stage.migrate(at, 1, NEAR)).isEqualTo(1);
            done(adder(stage, "gpu0", at));
            done(adder(stage, "gpu1", at));
            assertThat(cpu.getLong(at)).isEqualTo(201);

            assertThat(stage.evict(NEAR, stage.pfn(at))).isEqualTo(1);

            assertThat(stage.node(at)).isEqualTo(RAM);
            assertThat(cpu.getLong(at)).isEqualTo(201);
        }
    }

    /** I10: a device of another owner does not see a private page; its touch brings the page home. */
    @Test
    void shouldShowPrivatePagesToTheirOwnerOnly() {
        try (Stage stage = Stage.hidden()) {
            long at = stage.written(1);
            stage.toDevice("gpu0", at, 1);

            done(adder(stage, "gpu1", at));

            assertThat(stage.node(at)).isNotEqualTo(NEAR);
            assertThat(stage.read(at)).isEqualTo(101);
        }
    }

    /** I11: when memory runs out, nothing comes to a device unasked and nothing leaves it. */
    @Test
    void shouldLeaveDevicesAloneWhenMemoryRunsOut() {
        try (Stage stage = Stage.hidden()) {
            long at = stage.written(1);
            stage.toDevice("gpu0", at, 1);
            long frame = stage.pfn(at);
            long free = stage.rooms.allocator.freePages(NEAR);
            var hungry = (SpaceImpl) stage.machine.openSpace("hungry");
            int all = (int) stage.rooms.allocator.capacity(RAM) + 1;
            long theirs = hungry.mmap(MapRequest.anonymous(all * (long) Pages.SIZE));
            int got = 0;
            try (CpuContext cpu = hungry.attach(RAM)) {
                while (fits(cpu, page(theirs, got))) {
                    got++;
                }
            }

            assertThat(got).isBetween(all / 2, all);
            assertThat(stage.pfn(at)).isEqualTo(frame);
            assertThat(stage.rooms.allocator.freePages(NEAR)).isEqualTo(free);
            assertThat(stage.machine.counter("migrate.evicted.pages")).isZero();
            hungry.close();
            assertThat(stage.read(at)).isEqualTo(1);
        }
    }

    private static boolean fits(CpuContext cpu, long address) {
        return outcome(() -> cpu.putLong(address, 1)) == Errno.OK;
    }

    /**
     * I12: the charge goes to the device and back with the page, and back even where the quota is used up, by pages
     * that cannot go to swap.
     */
    @Test
    void shouldChargeWhereThePageIsAndNeverRefuseIt() {
        try (Stage stage = Stage.hidden()) {
            stage.machine.tenant("poor", NodeSet.ALL, List.of(2L));
            var space = (SpaceImpl) stage.machine.openSpace("poor", "poor");
            long at = space.mmap(MapRequest.anonymous(4L * Pages.SIZE));
            Stage.write(space, at, 1);
            Stage.write(space, page(at, 1), 2);
            done(stage.machine.device("gpu0").launch(space, Stage.kernel(memory -> {
                seen.set(memory.getLong(at));
                return false;
            })));
            assertThat(charged(stage)).startsWith(1L, 1L);
            Stage.write(space, page(at, 2), 3);
            try (Pin _ = space.pin(page(at, 1), 2L * Pages.SIZE, PinKind.SHORT, Intent.READ)) {
                assertThat(outcome(() -> Stage.write(space, page(at, 3), 4))).isEqualTo(Errno.EDQUOT);

                assertThat(Stage.read(space, at)).isEqualTo(1);

                assertThat(charged(stage)).startsWith(3L, 0L);
            }
            Stage.write(space, page(at, 3), 4);
            assertThat(charged(stage).getFirst())
                    .as("pages that its own made room for")
                    .isBetween(1L, 2L);
        }
    }

    private static List<Long> charged(Stage stage) {
        return stage.machine.tenants().stream()
                .filter(tenant -> tenant.name().equals("poor"))
                .map(TenantInfo::chargedPages)
                .findFirst()
                .orElseThrow();
    }

    /** I15: after a fork both sides have the device's page read-only, and a write of either parts them. */
    @Test
    void shouldShareDevicePagesReadOnlyAfterAFork() {
        try (Stage stage = Stage.hidden()) {
            long at = stage.written(2);
            stage.toDevice("gpu0", at, 2);
            var child = (SpaceImpl) stage.space.fork("child");
            for (int i = 0; i < 2; i++) {
                assertThat(Pte.kind(stage.entry(page(at, i)))).isEqualTo(Pte.DEVICE_PRIVATE);
                assertThat(Pte.writable(stage.entry(page(at, i)))).isFalse();
                assertThat(child.table().get(page(at, i)) & Pte.WRITE).isZero();
                assertThat(stage.pfn(page(at, i)))
                        .isEqualTo(Pte.pfn(child.table().get(page(at, i))));
                long mirrored = Objects.requireNonNull(stage.space.devices().table(NEAR))
                        .table()
                        .get(page(at, i));
                assertThat(Pte.writable(mirrored)).isFalse();
            }

            done(adder(stage, "gpu0", at));
            Stage.write(child, page(at, 1), 50);

            assertThat(stage.read(at)).isEqualTo(101);
            assertThat(Stage.read(child, at)).isEqualTo(1);
            assertThat(stage.read(page(at, 1))).isEqualTo(2);
            assertThat(Stage.read(child, page(at, 1))).isEqualTo(50);
        }
    }
}
