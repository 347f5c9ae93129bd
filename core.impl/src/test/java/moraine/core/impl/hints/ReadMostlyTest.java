package moraine.core.impl.hints;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.Protection;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.TestPolicyProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.WallClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Duplication for reading, on machines with two devices whose nodes are 1 and 2, with real bytes. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ReadMostlyTest {
    private static final long WAIT_NS = 60_000_000_000L;
    private static final int PAGES = 24;
    private static final long BYTES = PAGES * (long) Pages.SIZE;
    private static final int DEVICE_PAGES = 64;

    private final Providers providers = new Providers();
    private final TestDriverProvider drivers = new TestDriverProvider();
    private boolean provided;
    private TestMachine under = machine("hidden(window=1)");
    private AddressSpace space = under.machine().openSpace("s");
    private CpuContext cpu = space.attach(0);

    private TestMachine machine(String policy) {
        if (!provided) {
            provide();
        }
        long bytes = (long) DEVICE_PAGES * Pages.SIZE;
        var profile = TestProfiles.devices(64L << 20, bytes, 2, TestDriverProvider.NAME, true);
        return TestMachine.create(MachineSpec.of(profile, policy), providers, WallClock.environment());
    }

    private void provide() {
        provided = true;
        providers.drivers().add(TestDriverProvider.NAME, drivers, "test.driver 1.0", 0);
        for (TestPolicy.Kind kind : TestPolicy.Kind.values()) {
            providers.policies().add(TestPolicy.family(kind), new TestPolicyProvider(kind), "test.policy 1.0", 0);
        }
    }

    private void under(String policy) {
        close();
        under = machine(policy);
        space = under.machine().openSpace("s");
        cpu = space.attach(0);
    }

    @AfterEach
    void close() {
        sound();
        cpu.close();
        space.close();
        assertThat(counter("duplicates.pages")).isZero();
        under.machine().nodes().forEach(node -> assertThat(node.freePages()).isEqualTo(node.pages()));
        under.close();
    }

    private void sound() {
        assertThat(under.machine().check()).isEmpty();
    }

    private long counter(String name) {
        return under.machine().counter(name);
    }

    private static long page(long at, int index) {
        return at + index * (long) Pages.SIZE;
    }

    /** {@return pages advised to be read mostly, the first word of page i written with i + 1} */
    private long readMostly() {
        long at = space.mmap(MapRequest.anonymous(BYTES));
        for (int page = 0; page < PAGES; page++) {
            cpu.putLong(page(at, page), page + 1);
        }
        space.advise(at, BYTES, Advice.READ_MOSTLY);
        return at;
    }

    private record OneBlock(Block body) implements Kernel {
        @Override
        public String name() {
            return "one block";
        }

        @Override
        public int blocks() {
            return 1;
        }

        @Override
        public Block block(int index) {
            return body;
        }
    }

    private void run(int device, Block body) {
        under.machine()
                .device("gpu" + (device - 1))
                .launch(space, new OneBlock(body))
                .await(WAIT_NS);
    }

    /** {@return the sum of the first words as a device reads them} */
    private long sum(int device, long at) {
        var into = new AtomicLong();
        run(device, memory -> {
            into.set(sum(memory, at));
            return false;
        });
        return into.get();
    }

    private static long sum(DeviceAccess memory, long at) {
        long sum = 0;
        for (int page = 0; page < PAGES; page++) {
            sum += memory.getLong(page(at, page));
        }
        return sum;
    }

    private static final long SUM = PAGES * (PAGES + 1L) / 2;

    @ParameterizedTest
    @ValueSource(strings = {"hidden(window=1)", "node(window=1)"})
    void shouldLetEverybodyReadACopyOfItsOwn(String policy) {
        under(policy);
        long at = readMostly();

        assertThat(sum(1, at)).isEqualTo(SUM);
        assertThat(sum(2, at)).isEqualTo(SUM);
        sound();
        assertThat(counter("duplicates.pages")).isEqualTo(2 * PAGES);
        assertThat(counter("node.1.free")).isEqualTo(DEVICE_PAGES - PAGES);
        long faults = counter("device.faults") + counter("cpu.faults");
        assertThat(sum(1, at)).isEqualTo(SUM);
        assertThat(cpu.getLong(page(at, 3))).isEqualTo(4);
        assertThat(counter("device.faults") + counter("cpu.faults")).isEqualTo(faults);
        assertThat(space.pages(at, BYTES, PAGES)).allMatch(page -> page.node() == 0 && !page.writable());
    }

    @ParameterizedTest
    @ValueSource(strings = {"hidden(window=1)", "node(window=1)"})
    void shouldMakeOneCopyOfWhatACpuWrites(String policy) {
        under(policy);
        long at = readMostly();
        sum(1, at);
        sum(2, at);

        cpu.putLong(page(at, 3), 100);

        sound();
        assertThat(counter("duplicates.pages")).isEqualTo(2 * PAGES - 2);
        assertThat(counter("duplicates.collapsed.pages")).isEqualTo(1);
        assertThat(counter("cow.copied.pages")).isZero();
        assertThat(sum(1, at)).isEqualTo(SUM + 96);
        assertThat(sum(2, at)).isEqualTo(SUM + 96);
        assertThat(counter("duplicates.pages")).isEqualTo(2 * PAGES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hidden(window=1)", "node(window=1)"})
    void shouldMakeOneCopyOfWhatADeviceWrites(String policy) {
        under(policy);
        long at = readMostly();
        sum(1, at);
        sum(2, at);

        run(1, memory -> {
            memory.putLong(page(at, 3), 100);
            return false;
        });

        sound();
        assertThat(counter("duplicates.pages")).isEqualTo(2 * PAGES - 2);
        assertThat(sum(2, at)).isEqualTo(SUM + 96);
        assertThat(cpu.getLong(page(at, 3))).isEqualTo(100);
    }

    @Test
    void shouldDuplicateForAPlanThatSaysSo() {
        under("hidden(window=1,duplicate=true)");
        long at = space.mmap(MapRequest.anonymous(BYTES));
        cpu.putLong(at, 7);

        run(1, memory -> {
            assertThat(memory.getLong(at)).isEqualTo(7);
            return false;
        });
        assertThat(counter("duplicates.pages")).isEqualTo(1);
        run(1, memory -> {
            memory.putLong(at, 8);
            return false;
        });
        assertThat(counter("duplicates.pages")).isZero();
        assertThat(space.pages(at, Pages.SIZE, 1)).allMatch(page -> page.node() == 1);
    }

    @Test
    void shouldBringHomeWhatADeviceOfAnotherOwnerHas() {
        long at = readMostly();
        run(1, memory -> {
            memory.putLong(at, 50);
            return false;
        });

        assertThat(sum(2, at)).isEqualTo(SUM + 49);
        assertThat(counter("duplicates.pages")).isEqualTo(PAGES);
    }

    @Test
    void shouldDropDuplicatesWithTheMapping() {
        long at = readMostly();
        sum(1, at);

        space.munmap(at, BYTES / 2);
        sound();
        assertThat(counter("duplicates.pages")).isEqualTo(PAGES / 2);
        space.advise(page(at, PAGES / 2), BYTES / 2, Advice.NOT_READ_MOSTLY);
        sound();
        assertThat(counter("duplicates.pages")).isZero();
    }

    @Test
    void shouldPartAParentAndAChildThatWrite() {
        long at = readMostly();
        sum(1, at);
        AddressSpace child = space.fork("child");
        sound();
        sum(1, at);
        sound();
        try (CpuContext other = child.attach(0)) {
            other.putLong(at, 10);
            cpu.putLong(page(at, 1), 20);
            sound();
            assertThat(sum(1, at)).isEqualTo(SUM + 18);
            assertThat(other.getLong(page(at, 1))).isEqualTo(2);
            assertThat(cpu.getLong(at)).isEqualTo(1);
        }
        child.close();
        cpu.putLong(page(at, 2), 30);
        assertThat(sum(1, at)).isEqualTo(SUM + 18 + 27);
        sound();
    }

    @Test
    void shouldDropDuplicatesToMakeRoom() {
        long at = readMostly();
        sum(1, at);
        long own = space.mmap(MapRequest.anonymous((long) DEVICE_PAGES * Pages.SIZE));

        for (int page = 0; page < DEVICE_PAGES; page++) {
            long word = page(own, page);
            run(1, memory -> {
                memory.putLong(word, 1);
                return false;
            });
        }

        sound();
        assertThat(counter("duplicates.evicted.pages")).isPositive();
        assertThat(cpu.getLong(page(at, 3))).isEqualTo(4);
        assertThat(sum(1, at)).isEqualTo(SUM);
    }

    @Test
    void shouldMapRemotelyWhereThereIsNoRoomForADuplicate() {
        long own = space.mmap(MapRequest.anonymous((long) DEVICE_PAGES * Pages.SIZE));
        run(1, memory -> {
            for (int page = 0; page < DEVICE_PAGES; page++) {
                memory.putLong(page(own, page), 1);
            }
            return false;
        });
        long at = readMostly();

        assertThat(sum(1, at)).isEqualTo(SUM);
        assertThat(counter("duplicates.pages")).isZero();
        assertThat(counter("device.mapped.remote.pages")).isEqualTo(PAGES);
    }

    @Test
    void shouldDropDuplicatesOfDevicesThatGo() {
        long at = readMostly();
        sum(1, at);
        sum(2, at);

        providers.drivers().remove(drivers);

        sound();
        assertThat(counter("duplicates.pages")).isZero();
        cpu.putLong(at, 2);
        assertThat(cpu.getLong(at)).isEqualTo(2);
        assertThat(space.pages(at, BYTES, PAGES)).allMatch(page -> page.node() == 0);
    }

    @Test
    void shouldOutliveAnExchangeOfPolicy() {
        long at = readMostly();
        sum(1, at);
        under.machine().policies().use("node(window=1)", false);
        under.machine().policies().settle();
        sound();

        assertThat(sum(1, at)).isEqualTo(SUM);
        cpu.putLong(at, 2);
        sound();
        assertThat(sum(1, at)).isEqualTo(SUM + 1);
    }

    @Test
    void shouldLeaveExclusiveAndPinnedPagesAlone() {
        long at = readMostly();
        sum(1, at);
        assertThat(under.machine()
                        .device("gpu1")
                        .exclusive(space, at, Pages.SIZE)
                        .movedPages())
                .isEqualTo(1);
        sound();
        try (Pin pin = space.pin(page(at, 1), Pages.SIZE, PinKind.SHORT, Intent.WRITE)) {
            sound();
            assertThat(sum(1, at)).isEqualTo(SUM);
            sound();
            assertThat(counter("duplicates.pages")).isEqualTo(PAGES - 1);
            assertThat(pin).isNotNull();
        }
        assertThat(sum(2, at)).isEqualTo(SUM);
        sound();
    }

    @Test
    void shouldFollowAChangeOfRightsAndPlace() {
        long at = readMostly();
        sum(1, at);
        space.mprotect(at, BYTES, Protection.READ);
        sound();
        assertThat(sum(1, at)).isEqualTo(SUM);
        long there = space.mremap(at, BYTES, 2 * BYTES, /* mayMove= */ true);
        sound();
        assertThat(sum(1, there)).isEqualTo(SUM);
        space.mprotect(there, BYTES, Protection.READ_WRITE);
        cpu.putLong(there, 2);
        sound();
        assertThat(sum(1, there)).isEqualTo(SUM + 1);
    }

    @Test
    void shouldLeaveLargeAndSharedPagesWhereTheyAre() {
        long shared = space.mmap(MapRequest.anonymous(BYTES).shared());
        long large = space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
        space.advise(large, Pages.LARGE_SIZE, Advice.HUGEPAGE);
        cpu.putLong(shared, 3);
        cpu.putLong(large, 4);
        space.advise(shared, BYTES, Advice.READ_MOSTLY);
        space.advise(large, Pages.LARGE_SIZE, Advice.READ_MOSTLY);

        run(1, memory -> {
            assertThat(memory.getLong(shared) + memory.getLong(large)).isEqualTo(7);
            return false;
        });
        assertThat(counter("duplicates.pages")).isZero();
    }
}
