package moraine.core.impl.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Device;
import moraine.core.api.host.Machine;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Intent;
import moraine.core.api.model.LostPage;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.Reason;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.TestPolicyProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.allocator.Reserve;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.VirtualEnvironment;

/** A machine of RAM and one device whose driver comes and goes, in virtual time. */
final class HotplugRig implements AutoCloseable {
    static final int RAM = 0;
    static final int NODE = 1;
    static final String DEVICE = "gpu0";
    static final long TIMEOUT_NS = 60_000_000_000L;

    private final Providers providers = new Providers();
    private final TestMachine under;
    private final Agent agent;
    private TestDriverProvider driver = new TestDriverProvider();
    final Machine machine;
    final Rooms rooms;

    HotplugRig(String policy) {
        providers.drivers().add(TestDriverProvider.NAME, driver, "test.driver 1.0", 0);
        for (TestPolicy.Kind kind : TestPolicy.Kind.values()) {
            providers.policies().add(TestPolicy.family(kind), new TestPolicyProvider(kind), "test.policy 1.0", 0);
        }
        var profile = TestProfiles.devices(16L << 20, 4L << 20, 1, TestDriverProvider.NAME, true);
        under = TestMachine.create(MachineSpec.of(profile, policy), providers, new VirtualEnvironment());
        machine = under.machine();
        rooms = under.mechanism().rooms();
        agent = rooms.newAgent();
    }

    Device device() {
        return machine.device(DEVICE);
    }

    /** {@return pages on the device, the first word of page i written with i + 1} */
    long onDevice(AddressSpace space, MapRequest request) {
        long at = space.mmap(request);
        write(space, at, Pages.count(request.bytes()));
        device().migrateToDevice(space, at, request.bytes());
        for (long page = at; page < at + request.bytes(); page += Pages.SIZE) {
            assertThat(space.why(page).node()).isEqualTo(NODE);
        }
        return at;
    }

    long onDevice(AddressSpace space, int pages) {
        return onDevice(space, MapRequest.anonymous(pages * (long) Pages.SIZE));
    }

    static long page(long at, int index) {
        return at + index * (long) Pages.SIZE;
    }

    static void write(AddressSpace space, long at, long pages) {
        try (CpuContext cpu = space.attach(RAM)) {
            for (int i = 0; i < pages; i++) {
                cpu.putLong(page(at, i), i + 1);
            }
        }
    }

    static void assertContent(AddressSpace space, long at, int pages) {
        try (CpuContext cpu = space.attach(RAM)) {
            for (int i = 0; i < pages; i++) {
                assertThat(cpu.getLong(page(at, i))).isEqualTo(i + 1);
            }
        }
    }

    static Pin pin(AddressSpace space, long address) {
        return space.pin(address, Pages.SIZE, PinKind.SHORT, Intent.WRITE);
    }

    /** {@return how a page is reported that is lost; call it while it is there} */
    static LostPage lost(AddressSpace space, long address, String tenant, String reason) {
        return new LostPage(DEVICE, NODE, space.why(address).pfn(), space.id(), address, tenant, reason);
    }

    static List<LostPage> lost(AddressSpace space, long at, int pages, String reason) {
        List<LostPage> lost = new ArrayList<>();
        for (int i = 0; i < pages; i++) {
            lost.add(lost(space, page(at, i), Machine.DEFAULT_TENANT, reason));
        }
        return lost;
    }

    /** Withdraws the driver; what does not come home is still being tried. */
    void withdraw() {
        providers.drivers().remove(driver);
    }

    void giveUp() {
        settles("pages are given up", () -> !machine.lostPages().isEmpty());
    }

    /** Installs a driver again and waits until the device is there, which needs all its pages to be home. */
    void restore() {
        install();
        settles("the device is back", () -> machine.devices().size() == 1);
        assertThat(machine.lostPages()).isEmpty();
    }

    void install() {
        driver = new TestDriverProvider();
        providers.drivers().add(TestDriverProvider.NAME, driver, "test.driver 2.0", 0);
    }

    private void settles(String what, BooleanSupplier condition) {
        assertThat(machine.environment().actors().await(condition, TIMEOUT_NS))
                .as(what)
                .isTrue();
    }

    /** Takes all of RAM, even what is kept for evictions; {@return the frames} */
    List<Long> takeRam() {
        List<Long> taken = new ArrayList<>();
        rooms.world.enter(agent);
        for (long pfn = take(); pfn >= 0; pfn = take()) {
            taken.add(pfn);
        }
        rooms.world.exit(agent);
        return taken;
    }

    private long take() {
        AllocRequest request = agent.worker().request;
        request.reset(Reason.USER_MIGRATE, Intent.WRITE, RAM, rooms.tenants.id(Machine.DEFAULT_TENANT));
        request.reserve = Reserve.EVICTION;
        return rooms.allocator.allocate(agent.worker(), request, 0);
    }

    void give(List<Long> frames) {
        rooms.world.enter(agent);
        frames.forEach(agent::put);
        rooms.world.exit(agent);
    }

    @Override
    public void close() {
        assertThat(machine.check()).isEmpty();
        rooms.retire(agent);
        under.close();
    }
}
