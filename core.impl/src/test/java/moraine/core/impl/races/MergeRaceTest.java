package moraine.core.impl.races;

import static moraine.core.impl.races.Stage.page;
import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.model.Advice;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.merge.Merger;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Races between who merges equal pages and who writes, unmaps, forks, pins or moves one of them. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MergeRaceTest {
    private static final String MERGER = "merger";
    private static final String WRITER = "writer";
    private static final String OTHER = "other";

    /** {@return so many equal pages that may be merged, and have been looked at once} */
    private static long equal(Stage stage, int pages) {
        long at = stage.untouched(pages);
        for (int page = 0; page < pages; page++) {
            stage.write(page(at, page), 5);
        }
        stage.space.advise(at, pages * (long) Pages.SIZE, Advice.MERGEABLE);
        return at;
    }

    private static Merger merger(Stage stage) {
        return new Merger(stage.rooms, stage.spaces());
    }

    /** Merges on a thread of its own that stops at a point. */
    private static void mergeUpTo(Stage stage, Merger merger, Point point) {
        merger.round();
        stage.gates.hold(point, MERGER);
        stage.gates.start(MERGER, merger::round);
        stage.gates.awaitHeld(point, MERGER);
    }

    private static void goOn(Stage stage, Point point) {
        stage.gates.release(point, MERGER);
        stage.gates.awaitEnd(MERGER);
    }

    private static long freed(Stage stage) {
        return stage.machine.counter("ksm.freed.pages");
    }

    /** The content is compared when nobody can write it any more: what was seen before is not believed. */
    @Test
    void shouldNotMergeAPageThatWasWrittenAfterTheLook() {
        try (Stage stage = Stage.reachable();
                Merger merger = merger(stage)) {
            long at = equal(stage, 2);
            mergeUpTo(stage, merger, Point.MERGE_HELD);
            stage.write(at, 6);
            goOn(stage, Point.MERGE_HELD);

            assertThat(freed(stage)).isZero();
            assertThat(stage.read(at)).isEqualTo(6);
            assertThat(stage.read(page(at, 1))).isEqualTo(5);
        }
    }

    /** A write comes while both pages are compared: it waits, and then gets a copy of its own. */
    @Test
    void shouldLetAWriteWaitUntilThePagesAreOne() {
        try (Stage stage = Stage.reachable();
                Merger merger = merger(stage)) {
            long at = equal(stage, 2);
            mergeUpTo(stage, merger, Point.MERGE_UNMAPPED);
            stage.cpu(WRITER, cpu -> cpu.putLong(at, 6));
            stage.gates.awaitWithin(WRITER, "CpuFaults.await");
            goOn(stage, Point.MERGE_UNMAPPED);
            stage.gates.awaitEnd(WRITER);

            assertThat(freed(stage)).isEqualTo(1);
            assertThat(stage.machine.counter("cow_ksm")).isEqualTo(1);
            assertThat(stage.read(at)).isEqualTo(6);
            assertThat(stage.read(page(at, 1))).isEqualTo(5);
        }
    }

    /**
     * A write found the page alone, and its entry read-only; then the page is merged, and stays where it is, with the
     * same bits but for the mark; then the write goes on.
     */
    @Test
    void shouldNotWriteByAnEntryReadBeforeTheMerge() {
        for (int first = 0; first < 2; first++) {
            try (Stage stage = Stage.reachable();
                    Merger merger = merger(stage)) {
                long at = equal(stage, 2);
                stage.space.mprotect(at, 2L * Pages.SIZE, Protection.READ);
                stage.space.mprotect(at, 2L * Pages.SIZE, Protection.READ_WRITE);
                assertThat(Pte.writable(stage.entry(at))).isFalse();
                merger.round();
                for (int page = 0; page < 2; page++) {
                    long word = page(at, page) + 8L * (page + 1);
                    stage.gates.hold(Point.WRITE_ALONE, WRITER + page);
                    stage.cpu(WRITER + page, cpu -> cpu.putLong(word, 6));
                    stage.gates.awaitHeld(Point.WRITE_ALONE, WRITER + page);
                }
                assertThat(merger.round()).isEqualTo(1);
                for (int page : new int[] {first, 1 - first}) {
                    stage.gates.release(Point.WRITE_ALONE, WRITER + page);
                    stage.gates.awaitEnd(WRITER + page);
                }

                assertThat(stage.pfn(at)).isNotEqualTo(stage.pfn(page(at, 1)));
                for (int page = 0; page < 2; page++) {
                    assertThat(stage.read(page(at, page) + 8L * (page + 1))).isEqualTo(6);
                    assertThat(stage.read(page(at, page) + 8L * (2 - page)))
                            .as("what the other wrote")
                            .isZero();
                }
            }
        }
    }

    @Test
    void shouldMergeNothingThatIsUnmappedMeanwhile() {
        try (Stage stage = Stage.reachable();
                Merger merger = merger(stage)) {
            long at = equal(stage, 2);
            mergeUpTo(stage, merger, Point.MERGE_UNMAPPED);
            stage.space.munmap(at, Pages.SIZE);
            goOn(stage, Point.MERGE_UNMAPPED);

            assertThat(freed(stage)).isZero();
            assertThat(stage.machine.counter("ksm.pages_shared")).isZero();
            assertThat(stage.read(page(at, 1))).isEqualTo(5);
            stage.write(page(at, 1), 6);
            assertThat(stage.machine.counter("cow.copied.pages")).isZero();
        }
    }

    /** Both pages are unmapped when they are one already, but their entries are on their way. */
    @Test
    void shouldFreeAMergedPageOnceThatIsUnmappedWhileItIsJoined() {
        try (Stage stage = Stage.reachable();
                Merger merger = merger(stage)) {
            long before = stage.machine.nodes().getFirst().freePages();
            long at = equal(stage, 3);
            mergeUpTo(stage, merger, Point.MERGE_JOINED);
            stage.space.munmap(at, 3L * Pages.SIZE);
            goOn(stage, Point.MERGE_JOINED);

            assertThat(stage.machine.counter("ksm.pages_shared")).isZero();
            assertThat(stage.machine.nodes().getFirst().freePages()).isEqualTo(before);
            long again = equal(stage, 2);
            assertThat(merger.settle()).isEqualTo(1);
            assertThat(stage.read(again)).isEqualTo(5);
        }
    }

    /** A fork copies entries that are on their way: parent and child both get the merged page. */
    @Test
    void shouldForkWhilePagesBecomeOne() {
        for (Point point : new Point[] {Point.MERGE_UNMAPPED, Point.MERGE_JOINED}) {
            try (Stage stage = Stage.reachable();
                    Merger merger = merger(stage)) {
                long at = equal(stage, 2);
                mergeUpTo(stage, merger, point);
                var child = (SpaceImpl) stage.space.fork("child");
                assertThat(Pte.kind(child.table().get(at))).isEqualTo(Pte.MIGRATING);
                goOn(stage, point);

                assertThat(freed(stage)).isEqualTo(1);
                assertThat(Pte.pfn(child.table().get(at))).isEqualTo(stage.pfn(page(at, 1)));
                assertThat(stage.machine.check()).isEmpty();
                Stage.write(child, at, 7);
                stage.write(page(at, 1), 8);
                assertThat(stage.read(at)).isEqualTo(5);
                assertThat(Stage.read(child, page(at, 1))).isEqualTo(5);
                child.close();
            }
        }
    }

    /** Mappings are asked again when entries are MIGRATING: the advice is gone by then. */
    @Test
    void shouldMergeNothingWhoseAdviceIsTakenBackMeanwhile() {
        try (Stage stage = Stage.reachable();
                Merger merger = merger(stage)) {
            long at = equal(stage, 2);
            mergeUpTo(stage, merger, Point.MERGE_HELD);
            stage.space.advise(at, 2L * Pages.SIZE, Advice.UNMERGEABLE);
            goOn(stage, Point.MERGE_HELD);

            assertThat(freed(stage)).isZero();
            assertThat(stage.pfn(at)).isNotEqualTo(stage.pfn(page(at, 1)));
        }
    }

    /** The advice is taken back when it was believed already: whoever takes it back waits, and parts the pages. */
    @Test
    void shouldPartPagesThatWereMergedWhileTheAdviceWasTakenBack() {
        try (Stage stage = Stage.reachable();
                Merger merger = merger(stage)) {
            long at = equal(stage, 2);
            mergeUpTo(stage, merger, Point.MERGE_JOINED);
            stage.gates.start(OTHER, () -> stage.space.advise(at, 2L * Pages.SIZE, Advice.UNMERGEABLE));
            stage.gates.awaitWithin(OTHER, "CpuFaults.await");
            goOn(stage, Point.MERGE_JOINED);
            stage.gates.awaitEnd(OTHER);

            assertThat(freed(stage)).isEqualTo(1);
            assertThat(stage.pfn(at)).isNotEqualTo(stage.pfn(page(at, 1)));
            assertThat(stage.machine.counter("ksm.pages_shared")).isZero();
        }
    }

    /** A pin comes while pages are compared: it waits, and pins a copy of its own. */
    @Test
    void shouldPinACopyOfAPageThatIsBeingMerged() {
        try (Stage stage = Stage.reachable();
                Merger merger = merger(stage)) {
            long at = equal(stage, 2);
            mergeUpTo(stage, merger, Point.MERGE_JOINED);
            stage.gates.start(OTHER, () -> {
                try (var pin = stage.space.pin(at, Pages.SIZE, PinKind.LONG, Intent.READ)) {
                    assertThat(stage.pfn(at)).isNotEqualTo(stage.pfn(page(at, 1)));
                    assertThat(pin.pages()).isEqualTo(1);
                    assertThat(stage.machine.counter("cow_ksm")).isEqualTo(1);
                }
            });
            stage.gates.awaitWithin(OTHER, "CpuFaults.await");
            goOn(stage, Point.MERGE_JOINED);
            stage.gates.awaitEnd(OTHER);

            assertThat(merger.settle()).as("the pin is gone").isEqualTo(1);
        }
    }

    /** A merged page moves, and is frozen under its old number: it is passed over, not forgotten. */
    @Test
    void shouldNotJoinAMergedPageThatMoves() {
        for (Point point : new Point[] {Point.MIGRATE_UNMAPPED, Point.MIGRATE_MOVED}) {
            try (Stage stage = Stage.reachable();
                    Merger merger = merger(stage)) {
                long at = equal(stage, 3);
                assertThat(merger.settle()).isEqualTo(2);
                long late = equal(stage, 1);
                merger.round();
                long before = stage.pfn(at);
                stage.gates.hold(point, OTHER);
                stage.gates.start(OTHER, () -> move(stage, before));
                stage.gates.awaitHeld(point, OTHER);
                assertThat(merger.round()).isZero();
                stage.gates.release(point, OTHER);
                stage.gates.awaitEnd(OTHER);

                assertThat(stage.pfn(at)).isNotEqualTo(before);
                assertThat(stage.machine.check()).isEmpty();
                assertThat(merger.round()).isEqualTo(1);
                assertThat(stage.pfn(late)).isEqualTo(stage.pfn(page(at, 2)));
                assertThat(stage.read(page(at, 2))).isEqualTo(5);
            }
        }
    }

    private static void move(Stage stage, long pfn) {
        Agent agent = stage.rooms.begin();
        assertThat(stage.rooms.frames.hold(pfn)).isTrue();
        agent.scratch()[0] = pfn;
        agent.batch().order().off(Stage.RAM, Reason.EVICTION, Cause.EVICTION, 0);
        agent.batch().moveFrames(agent.scratch(), 1);
        stage.rooms.done(agent);
    }
}
