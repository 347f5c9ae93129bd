package moraine.core.impl.migration;

import static moraine.core.impl.migration.MigrationRig.DEVICE_PAGES;
import static moraine.core.impl.migration.MigrationRig.NEAR;
import static moraine.core.impl.migration.MigrationRig.OTHER;
import static moraine.core.impl.migration.MigrationRig.page;
import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.model.Cause;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Reason;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** 2 MiB folios move whole in one slot; where there is no room for one, page by page, and all of them. */
final class LargeMigrationTest {
    private static final int ALL = Pages.PER_LARGE;

    private MigrationRig rig = MigrationRig.hidden();

    @AfterEach
    void close() {
        rig.close();
    }

    private void assertWhole(long at, int node) {
        assertThat(Pte.large(rig.entry(at))).isTrue();
        assertThat(rig.frames.order(rig.pfn(at))).isEqualTo(Pages.LARGE_ORDER);
        assertThat(rig.frames.node(rig.pfn(at))).isEqualTo(node);
    }

    private void assertPieces(long at, int node) {
        for (int i = 0; i < ALL; i++) {
            assertThat(Pte.large(rig.entry(page(at, i)))).isFalse();
            assertThat(rig.frames.node(rig.pfn(page(at, i)))).isEqualTo(node);
        }
    }

    /** Does something while a node has no free page of 2 MiB. */
    private int inPieces(int node, MigrationRig.Body body) {
        try (var _ = Fragments.of(rig.rooms, node)) {
            return body.run();
        }
    }

    private int in(boolean pieces, MigrationRig.Body body) {
        return pieces ? inPieces(0, body) : body.run();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldMoveAFolioWholeBothWays(boolean reachable) {
        if (reachable) {
            rig.close();
            rig = MigrationRig.reachableLarge();
        }
        long at = rig.filledLarge();

        assertThat(rig.move(at, ALL, NEAR)).isEqualTo(ALL);
        assertWhole(at, NEAR);
        assertThat(rig.inUse(NEAR)).as("one folio, whose tails have no counts").hasSize(ALL);
        assertThat(Pte.kind(rig.entry(at))).isEqualTo(reachable ? Pte.PRESENT : Pte.DEVICE_PRIVATE);

        assertThat(rig.move(at, ALL, 0)).isEqualTo(ALL);
        assertWhole(at, 0);
        assertThat(rig.inUse(NEAR)).isEmpty();
        assertThat(rig.counter("migrate.large.folios")).isEqualTo(2);
        assertThat(rig.counter("folio.splits")).isZero();
        rig.assertFilled(at);
    }

    @Test
    void shouldKeepAllBitsOfALeafThatMoves() {
        long at = rig.filledLarge();
        rig.space.mprotect(at, Pages.LARGE_SIZE, Protection.READ);
        long bits = Pte.bits(rig.entry(at));

        assertThat(rig.move(at, ALL, NEAR)).isEqualTo(ALL);

        assertThat(Pte.bits(rig.entry(at))).isEqualTo(bits);
    }

    @Test
    void shouldMoveThePagesOneByOneWhenTheFolioIsRefused() {
        long at = rig.filledLarge();

        assertThat(inPieces(NEAR, () -> rig.move(at, ALL, NEAR))).isEqualTo(ALL);

        assertPieces(at, NEAR);
        assertThat(rig.agent.batch().full()).as("no page lacked a destination").isFalse();
        rig.assertFilled(at);
    }

    @Test
    void shouldMoveThePagesOneByOneWhereNoBlockIsLargeEnough() {
        long at = rig.filledLarge();
        long fragments = rig.mapped(ALL + 1, ALL + 1);
        assertThat(rig.move(fragments, ALL + 1, NEAR)).isEqualTo(ALL + 1);
        rig.space.munmap(page(fragments, 1), (ALL - 1) * (long) Pages.SIZE);

        assertThat(rig.move(at, ALL, NEAR)).isEqualTo(ALL);

        assertPieces(at, NEAR);
        rig.assertFilled(at);
    }

    @Test
    void shouldMoveWhatFitsOfAFolioThatDoesNot() {
        long at = rig.filledLarge();
        long others = rig.mapped(DEVICE_PAGES - 100, DEVICE_PAGES - 100);
        int there = rig.move(others, DEVICE_PAGES - 100, NEAR);

        int moved = rig.move(at, ALL, NEAR);

        assertThat(moved).isPositive().isLessThanOrEqualTo(DEVICE_PAGES - there);
        assertThat(rig.agent.batch().full()).isTrue();
        rig.assertFilled(at);
    }

    @Test
    void shouldLeaveAFolioWholeThatCannotBeSplitEitherAndMoveItsNeighbour() {
        long at = rig.space.mmap(MapRequest.anonymous(2 * Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
        long next = page(at, ALL);
        rig.cpu.putLong(at, 1);
        rig.cpu.putLong(next, 2);
        long head = rig.pfn(next);
        rig.whenAnnounced(() -> assertThat(rig.frames.get(head)).isTrue());

        try (var _ = Fragments.of(rig.rooms, NEAR, 1)) {
            assertThat(rig.move(at, 2 * ALL, NEAR)).isEqualTo(ALL);
        }

        assertWhole(at, NEAR);
        assertWhole(next, 0);
        assertThat(rig.frames.locked(head)).isFalse();
        assertThat(rig.agent.batch().busy()).isTrue();
        rig.put(head);
        assertThat(rig.cpu.getLong(at)).isEqualTo(1);
        assertThat(rig.cpu.getLong(next)).isEqualTo(2);
    }

    @Test
    void shouldLeavePagesThatSomebodyHoldsWhenTheFolioComesInPieces() {
        long at = rig.filledLarge();
        rig.whenUnmapped(() -> {
            assertThat(rig.frames.get(rig.frames.head(heads(at, 3)))).isTrue();
        });

        assertThat(inPieces(NEAR, () -> rig.move(at, ALL, NEAR))).isEqualTo(ALL - 1);

        assertThat(rig.frames.node(rig.pfn(page(at, 3)))).isZero();
        assertThat(rig.frames.node(rig.pfn(page(at, 4)))).isEqualTo(NEAR);
        rig.put(rig.pfn(page(at, 3)));
        rig.assertFilled(at);
    }

    private long heads(long at, int index) {
        return Pte.pfn(rig.entry(page(at, index)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldEvictAFolio(boolean pieces) {
        long at = rig.filledLarge();
        assertThat(rig.move(at, ALL, NEAR)).isEqualTo(ALL);

        int left = in(pieces, () -> rig.within(() -> new Evictor(rig.rooms).evict(rig.agent, NEAR, 1)));

        assertThat(left).isEqualTo(ALL);
        assertThat(rig.inUse(NEAR)).isEmpty();
        assertThat(Pte.large(rig.entry(at))).isEqualTo(!pieces);
        rig.assertFilled(at);
    }

    @Test
    void shouldEvictNoMoreFoliosThanAreWanted() {
        long at = rig.space.mmap(MapRequest.anonymous(2 * Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
        rig.cpu.putLong(at, 1);
        rig.cpu.putLong(page(at, ALL), 2);
        assertThat(rig.move(at, 2 * ALL, NEAR)).isEqualTo(2 * ALL);

        int left = rig.within(() -> new Evictor(rig.rooms).evict(rig.agent, NEAR, 5));

        assertThat(left).isEqualTo(ALL);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldBringEverythingHomeBeforeADeviceGoes(boolean pieces) {
        long at = rig.filledLarge();
        assertThat(rig.move(at, ALL, NEAR)).isEqualTo(ALL);

        in(pieces, () -> rig.within(() -> new Evictor(rig.rooms).evacuate(rig.agent, NEAR, DEVICE_PAGES)));

        assertThat(rig.inUse(NEAR)).isEmpty();
        assertThat(Pte.large(rig.entry(at))).isEqualTo(!pieces);
        rig.assertFilled(at);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldBringBackTheFolioThatACpuTouches(boolean pieces) {
        long at = rig.filledLarge();
        assertThat(rig.move(at, ALL, NEAR)).isEqualTo(ALL);

        assertThat(in(pieces, () -> (int) rig.cpu.getLong(page(at, 77)))).isEqualTo(78);

        assertThat(rig.inUse(NEAR)).isEmpty();
        assertThat(Pte.large(rig.entry(at))).isEqualTo(!pieces);
        rig.assertFilled(at);
    }

    @Test
    void shouldConvertAFolioWhereItIs() {
        long at = rig.filledLarge();
        assertThat(rig.move(at, ALL, NEAR)).isEqualTo(ALL);
        long pfn = rig.pfn(at);

        rig.use("node(large=true)");

        assertWhole(at, NEAR);
        assertThat(rig.pfn(at)).isEqualTo(pfn);
        assertThat(Pte.kind(rig.entry(at))).isEqualTo(Pte.PRESENT);
        rig.assertFilled(at);
    }

    @Test
    void shouldMoveManyFoliosAndPagesInOneBatch() {
        long at = rig.space.mmap(MapRequest.anonymous(2 * Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
        rig.cpu.putLong(at, 1);
        rig.space.mprotect(page(at, ALL), Pages.SIZE, Protection.READ);
        rig.space.mprotect(page(at, ALL), Pages.SIZE, Protection.READ_WRITE);
        rig.agent.batch().order().to(OTHER, Reason.USER_MIGRATE, Cause.USER, 0);
        rig.cpu.putLong(page(at, ALL + 5), 6);

        assertThat(rig.run(at, 2 * ALL)).isEqualTo(2 * ALL);

        assertThat(rig.cpu.getLong(at)).isEqualTo(1);
        assertThat(rig.cpu.getLong(page(at, ALL + 5))).isEqualTo(6);
    }
}
