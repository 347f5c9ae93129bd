package moraine.core.impl.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.BooleanSupplier;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Device;
import moraine.core.api.host.Machine;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.LostPage;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.TestPolicyProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.VirtualEnvironment;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A device goes while a page of it is pinned: the page is named, the device refuses, and both come back. */
final class LostPagesTest {
    private static final int NODE = 1;
    private static final int PAGES = 3;
    private static final long TIMEOUT_NS = 60_000_000_000L;

    private final Providers providers = new Providers();
    private final TestDriverProvider driver = new TestDriverProvider();
    private final TestMachine under;
    private final Machine machine;
    private final AddressSpace space;
    private final CpuContext cpu;
    private final long at;

    LostPagesTest() {
        providers.drivers().add(TestDriverProvider.NAME, driver, "test.driver 1.0", 0);
        TestPolicy.Kind kind = TestPolicy.Kind.NODE;
        providers.policies().add(TestPolicy.family(kind), new TestPolicyProvider(kind), "test.node 1.0", 0);
        var profile = TestProfiles.devices(8L << 20, 1L << 20, 1, TestDriverProvider.NAME, true);
        under = TestMachine.create(MachineSpec.of(profile, "node(window=1)"), providers, new VirtualEnvironment());
        machine = under.machine();
        space = machine.openSpace("s");
        cpu = space.attach(0);
        at = space.mmap(MapRequest.anonymous((long) PAGES * Pages.SIZE));
        for (int page = 0; page < PAGES; page++) {
            cpu.putLong(at + (long) page * Pages.SIZE, page + 1);
        }
        space.migrate(at, (long) PAGES * Pages.SIZE, NODE, Cause.USER);
    }

    @AfterEach
    void close() {
        assertThat(machine.check()).isEmpty();
        under.close();
    }

    private void settles(String what, BooleanSupplier condition) {
        assertThat(machine.environment().actors().await(condition, TIMEOUT_NS))
                .as(what)
                .isTrue();
    }

    private static void refused(ThrowingCallable request) {
        assertThatThrownBy(request)
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
    }

    @Test
    void shouldNameEachPageThatStaysAndBringItHomeLater() {
        Device device = machine.device("gpu0");
        long pinned = at + Pages.SIZE;
        long pfn = space.why(pinned).pfn();
        Pin pin = space.pin(pinned, Pages.SIZE, PinKind.SHORT, Intent.WRITE);

        providers.drivers().remove(driver);
        settles("the page is given up", () -> !machine.lostPages().isEmpty());

        assertThat(machine.lostPages())
                .containsExactly(new LostPage("gpu0", NODE, pfn, space.id(), pinned, "default", "pinned"));
        assertThat(machine.counter("device.gpu0.stranded")).isEqualTo(1);
        assertThat(space.why(at).node()).isZero();
        assertThat(cpu.getLong(pinned)).isEqualTo(2);
        refused(device::evict);
        refused(() -> device.snapshot(space, at, Pages.SIZE));
        refused(() -> device.migrateToDevice(space, at, Pages.SIZE));
        refused(() -> device.exclusive(space, at, Pages.SIZE));
        refused(() -> device.stream(space));

        pin.close();
        providers.drivers().add(TestDriverProvider.NAME, new TestDriverProvider(), "test.driver 2.0", 0);
        settles("the device is back", () -> machine.devices().size() == 1);

        assertThat(machine.lostPages()).isEmpty();
        assertThat(space.why(pinned).node()).isZero();
        assertThat(cpu.getLong(pinned)).isEqualTo(2);
    }
}
