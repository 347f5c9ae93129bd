package moraine.core.impl.mempolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MbindFlag;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.PageStatus;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pages that are there already go where the application says. */
final class PageMovesTest {
    private static final int PAGES = 12;
    private static final long BYTES = (long) PAGES * Pages.SIZE;

    private PolicyRig rig;
    private long at;

    @BeforeEach
    void open() {
        rig = new PolicyRig();
        at = rig.map(PAGES);
        rig.touch(at, PAGES);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private long page(int index) {
        return at + (long) index * Pages.SIZE;
    }

    private static Errno outcome(Runnable call) {
        try {
            call.run();
        } catch (MoraineException e) {
            return e.errno();
        }
        return Errno.OK;
    }

    @Test
    void shouldMoveWhatIsOutsideABinding() {
        MigrationReport report = rig.space.mbind(at, BYTES, MemoryPolicy.bind(3), Set.of(MbindFlag.MOVE));
        assertThat(report).isEqualTo(new MigrationReport(PAGES, PAGES, 0, 0));
        assertThat(PolicyRig.nodes(rig.space, at, PAGES)).containsOnly(3);
        report = rig.space.mbind(at, BYTES, MemoryPolicy.bind(1, 3), Set.of(MbindFlag.MOVE));
        assertThat(report.alreadyPages()).isEqualTo(PAGES);
        rig.verify(at, PAGES);
    }

    @Test
    void shouldMovePagesToTheirTurns() {
        MemoryPolicy policy = MemoryPolicy.interleave(1, 2, 3);
        rig.space.mbind(at, BYTES, policy, Set.of(MbindFlag.MOVE));
        List<Integer> nodes = PolicyRig.nodes(rig.space, at, PAGES);
        assertThat(nodes.subList(0, 3)).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(nodes.subList(3, PAGES)).isEqualTo(nodes.subList(0, PAGES - 3));
        rig.verify(at, PAGES);
    }

    @Test
    void shouldGoToTheNextNodeOfABindingWhenOneIsFull() {
        long filler = rig.map((int) PolicyRig.NODE_PAGES);
        rig.space.mbind(filler, PolicyRig.NODE_PAGES * Pages.SIZE, MemoryPolicy.bind(2));
        assertThatThrownBy(() -> rig.touch(filler, (int) PolicyRig.NODE_PAGES)).isInstanceOf(MoraineException.class);
        rig.space.mbind(at, BYTES, MemoryPolicy.bind(2, 3), Set.of(MbindFlag.MOVE, MbindFlag.STRICT));
        assertThat(PolicyRig.nodes(rig.space, at, PAGES)).containsOnly(3);
        rig.verify(at, PAGES);
    }

    @Test
    void shouldSetNothingWhenPagesAreElsewhereAndMayNotMove() {
        Set<MbindFlag> strict = Set.of(MbindFlag.STRICT);
        assertThatThrownBy(() -> rig.space.mbind(at, BYTES, MemoryPolicy.bind(3), strict))
                .hasMessageContaining("12 pages")
                .hasMessageContaining("ask for MOVE");
        assertThat(rig.space.info().mappings().getFirst().policy()).isEqualTo(MemoryPolicy.DEFAULT);
        rig.space.mbind(at, BYTES, MemoryPolicy.bind(0), strict);
        assertThat(rig.space.info().mappings().getFirst().policy()).isEqualTo(MemoryPolicy.bind(0));
    }

    @Test
    void shouldTellOfPagesThatCannotMove() {
        try (Pin _ = rig.space.pin(page(2), Pages.SIZE, PinKind.SHORT, Intent.READ)) {
            Set<MbindFlag> flags = Set.of(MbindFlag.MOVE, MbindFlag.STRICT);
            assertThat(outcome(() -> rig.space.mbind(at, BYTES, MemoryPolicy.bind(3), flags)))
                    .isEqualTo(Errno.EIO);
            assertThat(PolicyRig.nodes(rig.space, at, PAGES)).containsExactly(3, 3, 0, 3, 3, 3, 3, 3, 3, 3, 3, 3);
            List<PageStatus> statuses = rig.space.movePages(new long[] {page(2)}, new int[] {1}, true);
            assertThat(statuses).containsExactly(new PageStatus(page(2), -1, Errno.EBUSY));
        }
    }

    @Test
    void shouldLeavePagesThatOthersMapUnlessAllAreMeant() {
        try (AddressSpace child = rig.space.fork("child")) {
            rig.space.mbind(at, BYTES, MemoryPolicy.bind(3), Set.of(MbindFlag.MOVE));
            assertThat(PolicyRig.nodes(rig.space, at, PAGES)).containsOnly(0);
            assertThat(rig.space.movePages(new long[] {at}, new int[] {1}, false))
                    .containsExactly(new PageStatus(at, -1, Errno.EACCES));
            rig.space.mbind(at, BYTES, MemoryPolicy.bind(3), Set.of(MbindFlag.MOVE_ALL));
            assertThat(PolicyRig.nodes(child, at, PAGES)).containsOnly(3);
        }
        rig.verify(at, PAGES);
    }

    @Test
    void shouldSayOfEachPageWhatBecameOfIt() {
        long hole = rig.map(2);
        long zero = hole + Pages.SIZE;
        assertThat(rig.cpu.getLong(zero)).isZero();
        long[] pages = {page(0), page(1), hole, zero, 1L << 40, page(2) + 8};
        List<PageStatus> statuses = rig.space.movePages(pages, new int[] {3, 0, 1, 1, 1, 2}, false);
        assertThat(statuses)
                .extracting(PageStatus::errno)
                .containsExactly(Errno.OK, Errno.OK, Errno.ENOENT, Errno.EFAULT, Errno.EFAULT, Errno.OK);
        assertThat(statuses).extracting(PageStatus::node).containsExactly(3, 0, -1, -1, -1, 2);
        assertThat(rig.space.movePages(pages, null, false)).isEqualTo(statuses);
        rig.verify(at, PAGES);
    }

    @Test
    void shouldMoveNothingWhenAListIsWrong() {
        assertThat(outcome(() -> rig.space.movePages(new long[] {at}, new int[] {1, 2}, false)))
                .isEqualTo(Errno.EINVAL);
        assertThat(outcome(() -> rig.space.movePages(new long[] {at, at}, new int[] {1, 9}, false)))
                .isEqualTo(Errno.ENODEV);
        assertThat(PolicyRig.nodes(rig.space, at, PAGES)).containsOnly(0);
    }

    @Test
    void shouldMoveMorePagesThanOneBatchHolds() {
        int pages = 3000;
        long many = rig.map(pages);
        rig.touch(many, pages);
        long[] addresses = LongStream.range(0, pages)
                .map(i -> many + (i * 7 % pages) * Pages.SIZE)
                .toArray();
        int[] nodes = new int[pages];
        for (int i = 0; i < pages; i++) {
            nodes[i] = i % 4;
        }
        List<PageStatus> statuses = rig.space.movePages(addresses, nodes, false);
        for (int i = 0; i < pages; i++) {
            assertThat(statuses.get(i)).isEqualTo(new PageStatus(addresses[i], nodes[i], Errno.OK));
        }
        rig.verify(many, pages);
    }

    @Test
    void shouldMoveNodesWithoutMixingThem() {
        rig.space.movePages(new long[] {page(0), page(1)}, new int[] {1, 2}, false);
        assertThat(rig.space.migratePages(NodeSet.of(0, 1, 2), NodeSet.of(1, 2, 3), false))
                .isZero();
        assertThat(PolicyRig.nodes(rig.space, at, 3)).containsExactly(2, 3, 1);
        rig.verify(at, PAGES);
        assertThat(outcome(() -> rig.space.migratePages(NodeSet.EMPTY, NodeSet.of(1), false)))
                .isEqualTo(Errno.EINVAL);
    }

    @Test
    void shouldTellHowManyPagesStayBehind() {
        try (Pin _ = rig.space.pin(page(2), 2 * Pages.SIZE, PinKind.SHORT, Intent.READ)) {
            assertThat(rig.space.migratePages(NodeSet.of(0), NodeSet.of(3), false))
                    .isEqualTo(2);
        }
    }
}
