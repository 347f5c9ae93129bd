package moraine.core.impl.device;

import static moraine.core.impl.device.HotplugRig.NODE;
import static moraine.core.impl.device.HotplugRig.RAM;
import static moraine.core.impl.device.HotplugRig.assertContent;
import static moraine.core.impl.device.HotplugRig.lost;
import static moraine.core.impl.device.HotplugRig.page;
import static moraine.core.impl.device.HotplugRig.pin;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Machine;
import moraine.core.api.host.Pin;
import moraine.core.api.model.LostPage;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A device goes, and not all of its pages can follow: each is named, with whose it is and why it stays. */
final class LostPagesTest {
    private static final int PAGES = 5;
    private static final String PINNED = "pinned";
    private static final String NO_ROOM = "no room in RAM";

    private static long stranded(HotplugRig rig) {
        return rig.machine.counter("device.gpu0.stranded");
    }

    @Test
    void shouldNameThePageThatStaysAndBringItHomeLater() {
        try (var rig = new HotplugRig("node(window=1)")) {
            AddressSpace space = rig.machine.openSpace("s");
            long at = rig.onDevice(space, PAGES);
            LostPage expected = lost(space, page(at, 1), Machine.DEFAULT_TENANT, PINNED);
            Pin pin = pin(space, page(at, 1));

            rig.withdraw();
            rig.giveUp();

            assertThat(rig.machine.lostPages()).containsExactly(expected);
            assertThat(stranded(rig)).isEqualTo(1);
            assertThat(space.why(at).node()).isEqualTo(RAM);
            assertThat(space.why(page(at, 1)).node()).isEqualTo(NODE);
            assertContent(space, at, PAGES);
            pin.close();
            rig.restore();
            assertThat(space.why(page(at, 1)).node()).isEqualTo(RAM);
            assertContent(space, at, PAGES);
        }
    }

    /** Pages of two spaces and two tenants; those between them come home. */
    @Test
    void shouldNameEachOfSeveralPagesOfSeveralSpaces() {
        try (var rig = new HotplugRig("node(window=1)")) {
            rig.machine.tenant("guest", NodeSet.of(RAM, NODE), List.of());
            AddressSpace first = rig.machine.openSpace("first");
            AddressSpace second = rig.machine.openSpace("second", "guest");
            long one = rig.onDevice(first, PAGES);
            long two = rig.onDevice(second, PAGES);
            List<LostPage> expected = List.of(
                    lost(first, page(one, 0), Machine.DEFAULT_TENANT, PINNED),
                    lost(first, page(one, 3), Machine.DEFAULT_TENANT, PINNED),
                    lost(second, page(two, 1), "guest", PINNED),
                    lost(second, page(two, 2), "guest", PINNED));
            List<Pin> pins = List.of(
                    pin(first, page(one, 0)),
                    pin(first, page(one, 3)),
                    pin(second, page(two, 1)),
                    pin(second, page(two, 2)));

            rig.withdraw();
            rig.giveUp();

            assertThat(rig.machine.lostPages()).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(stranded(rig)).isEqualTo(4);
            assertThat(first.why(page(one, 1)).node()).isEqualTo(RAM);
            assertThat(second.why(page(two, 3)).node()).isEqualTo(RAM);
            pins.forEach(Pin::close);
            rig.restore();
            assertContent(first, one, PAGES);
            assertContent(second, two, PAGES);
        }
    }

    /** Memory that CPUs reach, and memory that they do not; all pages stay, for RAM is full even for evictions. */
    @ParameterizedTest
    @ValueSource(strings = {"node(window=1)", "hidden(window=1)"})
    void shouldNamePagesThatFindNoRoom(String policy) {
        try (var rig = new HotplugRig(policy)) {
            AddressSpace first = rig.machine.openSpace("first");
            AddressSpace second = rig.machine.openSpace("second");
            long one = rig.onDevice(first, PAGES);
            long two = rig.onDevice(second, PAGES);
            List<LostPage> expected = new ArrayList<>(lost(first, one, PAGES, NO_ROOM));
            expected.addAll(lost(second, two, PAGES, NO_ROOM));
            List<Long> taken = rig.takeRam();

            rig.withdraw();
            rig.giveUp();

            assertThat(rig.machine.lostPages()).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(stranded(rig)).isEqualTo(2 * PAGES);
            rig.give(taken);
            rig.restore();
            assertContent(first, one, PAGES);
            assertContent(second, two, PAGES);
        }
    }

    /** Shared memory has a reference of its own on each page, which is nobody's use of it. */
    @Test
    void shouldNameSharedPagesThatFindNoRoom() {
        try (var rig = new HotplugRig("node(window=1)")) {
            AddressSpace space = rig.machine.openSpace("s");
            long at = rig.onDevice(
                    space, MapRequest.anonymous(PAGES * (long) Pages.SIZE).shared());
            List<LostPage> expected = lost(space, at, PAGES, NO_ROOM);
            List<Long> taken = rig.takeRam();

            rig.withdraw();
            rig.giveUp();

            assertThat(rig.machine.lostPages()).containsExactlyElementsOf(expected);
            rig.give(taken);
            rig.restore();
            assertContent(space, at, PAGES);
        }
    }

    /** A pin of one page keeps the whole folio, and every page of it is lost. */
    @Test
    void shouldNameEveryPageOfAFolio() {
        try (var rig = new HotplugRig("node(large=true,window=1)")) {
            AddressSpace space = rig.machine.openSpace("s");
            long at = rig.onDevice(space, MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
            assertThat(rig.rooms.frames.order(space.why(at).pfn())).isEqualTo(Pages.LARGE_ORDER);
            List<LostPage> expected = lost(space, at, Pages.PER_LARGE, PINNED);
            Pin pin = pin(space, page(at, 7));

            rig.withdraw();
            rig.giveUp();

            assertThat(rig.machine.lostPages()).containsExactlyElementsOf(expected);
            assertThat(stranded(rig)).isEqualTo(Pages.PER_LARGE);
            pin.close();
            rig.restore();
            assertContent(space, at, Pages.PER_LARGE);
        }
    }

    /** A folio of memory that CPUs do not reach finds no room, neither whole nor in parts. */
    @Test
    void shouldNameEveryPageOfAHiddenFolio() {
        try (var rig = new HotplugRig("hidden(large=true,window=1)")) {
            AddressSpace space = rig.machine.openSpace("s");
            long at = rig.onDevice(space, MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
            assertThat(rig.rooms.frames.order(space.why(at).pfn())).isEqualTo(Pages.LARGE_ORDER);
            List<LostPage> expected = lost(space, at, Pages.PER_LARGE, NO_ROOM);
            List<Long> taken = rig.takeRam();

            rig.withdraw();
            rig.giveUp();

            assertThat(rig.machine.lostPages()).containsExactlyElementsOf(expected);
            rig.give(taken);
            rig.restore();
            assertContent(space, at, Pages.PER_LARGE);
        }
    }

    /** Pages that the policy's type does not let move stay until they are freed; then the device comes back. */
    @Test
    void shouldNamePagesThatMayNotMove() {
        try (var rig = new HotplugRig("node(fixed=true,window=1)")) {
            AddressSpace space = rig.machine.openSpace("s");
            long at = space.mmap(MapRequest.anonymous(PAGES * (long) Pages.SIZE));
            space.mbind(at, PAGES * (long) Pages.SIZE, MemoryPolicy.bind(NODE));
            HotplugRig.write(space, at, PAGES);
            List<LostPage> expected = lost(space, at, PAGES, "not movable");
            assertThat(expected).allMatch(page -> rig.rooms.frames.node(page.pfn()) == NODE);

            rig.withdraw();
            rig.giveUp();

            assertThat(rig.machine.lostPages()).containsExactlyElementsOf(expected);
            assertContent(space, at, PAGES);
            space.munmap(at, PAGES * (long) Pages.SIZE);
            rig.restore();
        }
    }

    /** A page whose mapping goes is lost to nobody, but held by its pin. */
    @Test
    void shouldNamePagesThatNobodyMaps() {
        try (var rig = new HotplugRig("node(window=1)")) {
            AddressSpace space = rig.machine.openSpace("s");
            long at = rig.onDevice(space, 1);
            long pfn = space.why(at).pfn();
            Pin pin = pin(space, at);
            space.munmap(at, Pages.SIZE);

            rig.withdraw();
            rig.giveUp();

            assertThat(rig.machine.lostPages())
                    .containsExactly(new LostPage(HotplugRig.DEVICE, NODE, pfn, -1, 0, Machine.DEFAULT_TENANT, PINNED));
            pin.close();
            rig.restore();
        }
    }
}
