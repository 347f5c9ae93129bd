package moraine.core.impl.device;

import static moraine.core.impl.device.HotplugRig.NODE;
import static moraine.core.impl.device.HotplugRig.RAM;
import static moraine.core.impl.device.HotplugRig.page;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Device;
import moraine.core.api.host.Pin;
import moraine.core.api.host.Stream;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MbindFlag;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;
import moraine.core.impl.plugins.Kernels;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What may be asked of a device that is going or gone, and of its node: nothing new; what was asked before sleeps. */
final class GoneDeviceTest {
    private static final int PAGES = 4;
    private static final long BYTES = PAGES * (long) Pages.SIZE;

    private final HotplugRig rig = new HotplugRig("node(window=1)");
    private final AddressSpace space = rig.machine.openSpace("s");
    private final CpuContext cpu = space.attach(RAM);
    private final Device device = rig.device();
    private final Stream stream = device.stream(space);
    private long at;

    /** How far the removal has come. */
    enum Moment {
        /** A page is pinned there, and bringing it home is being tried. */
        GOING,
        /** It was given up. */
        LOST,
        /** The device's memory is off the machine. */
        GONE
    }

    @BeforeEach
    void use() {
        at = rig.onDevice(space, PAGES);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private Pin remove(Moment moment) {
        Pin pin = HotplugRig.pin(space, page(at, 1));
        if (moment == Moment.GONE) {
            pin.close();
        }
        rig.withdraw();
        if (moment == Moment.LOST) {
            rig.giveUp();
        }
        assertThat(rig.rooms.allocator.capacity(NODE) == 0).isEqualTo(moment == Moment.GONE);
        assertThat(rig.machine.lostPages()).hasSize(moment == Moment.LOST ? 1 : 0);
        return pin;
    }

    /** {@return every request that names the device or its node, for memory there or for pages to come there} */
    private Map<String, ThrowingCallable> requests() {
        var calls = new LinkedHashMap<String, ThrowingCallable>();
        calls.put("Machine.device", rig::device);
        ofDevice(calls);
        ofPlaces(calls);
        ofPolicies(calls);
        return calls;
    }

    private void ofDevice(Map<String, ThrowingCallable> calls) {
        calls.put("Device.stream", () -> device.stream(space));
        calls.put("Device.launch", () -> device.launch(space, Kernels.increment(at, 1)));
        calls.put("Stream.launch", () -> stream.launch(Kernels.increment(at, 1)));
        calls.put("Device.exclusive", () -> device.exclusive(space, at, BYTES));
        calls.put("Device.snapshot", () -> device.snapshot(space, at, BYTES));
        calls.put("Device.migrateToDevice", () -> device.migrateToDevice(space, at, BYTES));
        calls.put("Device.migrateToSystem", () -> device.migrateToSystem(space, at, BYTES));
        calls.put("Device.evict", device::evict);
        calls.put("Device.buffer", () -> device.buffer(BYTES));
    }

    private void ofPlaces(Map<String, ThrowingCallable> calls) {
        calls.put("migrate", () -> space.migrate(at, BYTES, NODE, Cause.USER));
        calls.put("movePages", () -> space.movePages(new long[] {at}, new int[] {NODE}, false));
        calls.put(
                "movePages, one of two",
                () -> space.movePages(new long[] {page(at, 1), at}, new int[] {RAM, NODE}, true));
        calls.put("migratePages", () -> space.migratePages(NodeSet.of(RAM), NodeSet.of(NODE), false));
        calls.put("migratePages, one of two", () -> space.migratePages(NodeSet.of(RAM), NodeSet.of(RAM, NODE), true));
        calls.put("advice PREFERRED_LOCATION", () -> space.advise(at, BYTES, Advice.preferredLocation(NODE)));
        calls.put("advice ACCESSED_BY", () -> space.advise(at, BYTES, Advice.accessedBy(NODE)));
        calls.put("advice PREFETCH", () -> space.advise(at, BYTES, Advice.prefetch(NODE)));
    }

    private void ofPolicies(Map<String, ThrowingCallable> calls) {
        calls.put("mbind", () -> space.mbind(at, BYTES, MemoryPolicy.bind(NODE)));
        calls.put("mbind to move", () -> space.mbind(at, BYTES, MemoryPolicy.bind(NODE), Set.of(MbindFlag.MOVE)));
        calls.put("mbind preferred", () -> space.mbind(at, BYTES, MemoryPolicy.preferred(NODE)));
        calls.put("mbind interleaved", () -> space.mbind(at, BYTES, MemoryPolicy.interleave(NODE)));
        calls.put(
                "mbind static",
                () -> space.mbind(at, BYTES, MemoryPolicy.bind(NODE).with(MemoryPolicy.Flag.STATIC_NODES)));
        calls.put("policy of a space", () -> space.memoryPolicy(MemoryPolicy.preferredMany(NODE)));
        calls.put("policy of a task", () -> cpu.memoryPolicy(MemoryPolicy.weightedInterleave(NODE)));
    }

    private static void refused(String what, Errno errno, ThrowingCallable request) {
        assertThatThrownBy(request)
                .as(what)
                .isInstanceOfSatisfying(
                        MoraineException.class,
                        e -> assertThat(e.errno()).as(what).isEqualTo(errno));
    }

    /** What was refused says which device or node it is and what to do, and has changed nothing. */
    @ParameterizedTest
    @EnumSource(Moment.class)
    void shouldRefuseWhateverNamesItOrItsNode(Moment moment) {
        Pin pin = remove(moment);
        int stayed = moment == Moment.GONE ? RAM : NODE;

        requests().forEach((what, request) -> {
            refused(what, Errno.ENODEV, request);
            assertThatThrownBy(request).as(what).hasMessageMatching(".*(gpu0|node 1).*(gone|absent).*driver.*");
        });

        for (int i = 0; i < PAGES; i++) {
            assertThat(space.why(page(at, i)).node()).isEqualTo(i == 1 ? stayed : RAM);
        }
        assertThat(space.memoryPolicy()).isEqualTo(MemoryPolicy.DEFAULT);
        assertThat(cpu.memoryPolicy()).isEqualTo(MemoryPolicy.DEFAULT);
        assertThat(space.info().mappings()).allMatch(mapping -> mapping.policy().equals(MemoryPolicy.DEFAULT));
        HotplugRig.assertContent(space, at, PAGES);
        pin.close();
        rig.restore();
    }

    /** The same requests are served when the device is back. */
    @Test
    void shouldServeTheSameRequestsWhenItIsBack() throws Throwable {
        remove(Moment.GONE);
        rig.restore();

        var calls = new LinkedHashMap<String, ThrowingCallable>();
        calls.put("Machine.device", rig::device);
        ofPlaces(calls);
        ofPolicies(calls);
        for (ThrowingCallable request : calls.values()) {
            request.call();
        }

        refused("the handle of the device that went", Errno.ENODEV, () -> device.stream(space));
        assertThat(space.why(at).node()).isEqualTo(NODE);
    }

    /**
     * As in Linux: a set of nodes is cut to those that are there when a page is made, and means them all again later.
     */
    @ParameterizedTest
    @EnumSource(Moment.class)
    void shouldTakePoliciesThatNameOtherNodesToo(Moment moment) {
        Pin pin = remove(moment);
        MemoryPolicy policy = MemoryPolicy.bind(RAM, NODE);
        long mapped = space.mmap(MapRequest.anonymous(3 * BYTES));

        space.mbind(mapped, BYTES, policy);
        space.mbind(mapped + BYTES, BYTES, MemoryPolicy.interleave(RAM, NODE), Set.of(MbindFlag.MOVE));
        space.memoryPolicy(MemoryPolicy.preferredMany(RAM, NODE));
        cpu.memoryPolicy(MemoryPolicy.weightedInterleave(RAM, NODE));

        HotplugRig.write(space, mapped, 3 * PAGES);
        for (int i = 0; i < 3 * PAGES; i++) {
            assertThat(space.why(page(mapped, i)).node()).isEqualTo(RAM);
        }
        assertThat(space.info().mappings()).anyMatch(mapping -> mapping.policy().equals(policy));
        cpu.memoryPolicy(MemoryPolicy.DEFAULT);
        pin.close();
        rig.restore();
        long next = space.mmap(MapRequest.anonymous(BYTES));
        space.mbind(next, BYTES, MemoryPolicy.interleave(RAM, NODE));
        HotplugRig.write(space, next, 2);
        assertThat(List.of(space.why(next).node(), space.why(page(next, 1)).node()))
                .containsExactlyInAnyOrder(RAM, NODE);
    }

    /** What was bound before means nothing meanwhile: touches take RAM, and the device's memory again later. */
    @ParameterizedTest
    @EnumSource(Moment.class)
    void shouldLetBindingsSleep(Moment moment) {
        MemoryPolicy policy = MemoryPolicy.bind(NODE);
        long bound = space.mmap(MapRequest.anonymous(BYTES));
        space.mbind(bound, BYTES, policy);
        Pin pin = remove(moment);

        HotplugRig.write(space, bound, PAGES);
        for (int i = 0; i < PAGES; i++) {
            assertThat(space.why(page(bound, i)).node()).isEqualTo(RAM);
        }
        assertThat(space.info().mappings()).anyMatch(mapping -> mapping.policy().equals(policy));
        pin.close();
        rig.restore();
        space.advise(bound, BYTES, Advice.DEAD);
        HotplugRig.write(space, bound, 1);
        assertThat(space.why(bound).node()).isEqualTo(NODE);
    }

    /** What asks for nothing there: taking advice back, asking where pages are, sending them away. */
    @ParameterizedTest
    @EnumSource(Moment.class)
    void shouldTakeBackAdviceAndSendPagesAway(Moment moment) {
        space.advise(at, BYTES, Advice.preferredLocation(NODE));
        space.advise(at, BYTES, Advice.accessedBy(NODE));
        Pin pin = remove(moment);

        space.advise(at, BYTES, Advice.notAccessedBy(NODE));
        space.advise(at, BYTES, Advice.NO_PREFERRED_LOCATION);
        assertThat(space.movePages(new long[] {page(at, 1)}, null, false))
                .allMatch(status -> status.node() == (moment == Moment.GONE ? RAM : NODE));
        pin.close();
        assertThat(space.migratePages(NodeSet.of(NODE), NodeSet.of(RAM), false)).isZero();

        assertThat(space.why(page(at, 1)).node()).isEqualTo(RAM);
        rig.restore();
    }

    @Test
    void shouldTellWhatNeverWasFromWhatIsGone() {
        remove(Moment.GONE);

        refused("device", Errno.ENOENT, () -> rig.machine.device("gpu7"));
        refused("movePages", Errno.ENODEV, () -> space.movePages(new long[] {at}, new int[] {9}, false));
        refused("mbind", Errno.EINVAL, () -> space.mbind(at, BYTES, MemoryPolicy.bind(9)));
        refused("prefetch", Errno.EINVAL, () -> space.advise(at, BYTES, Advice.prefetch(9)));
        refused("accessed by", Errno.EINVAL, () -> space.advise(at, BYTES, Advice.accessedBy(RAM)));
        rig.machine.tenant("ram", NodeSet.of(RAM), List.of());
        AddressSpace other = rig.machine.openSpace("other", "ram");
        long mapped = other.mmap(MapRequest.anonymous(BYTES));
        refused("a tenant's", Errno.EINVAL, () -> other.mbind(mapped, BYTES, MemoryPolicy.bind(NODE)));
    }
}
