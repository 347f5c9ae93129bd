package moraine.core.impl.frames;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What hint faults tell of frames. */
final class HintMarksTest {
    private static final long PFN = 40_000;

    private final HintMarks marks = new HintMarks();

    private long touch(int node) {
        marks.plant(PFN, 0);
        return marks.touch(PFN, node);
    }

    @Test
    void shouldKnowNothingBeforeAHintIsPlanted() {
        assertThat(HintMarks.planted(marks.touch(PFN, 3))).isFalse();
        marks.forget(PFN);
        assertThat(marks.bytes()).isZero();
    }

    @Test
    void shouldTellOneTouchOfAHint() {
        marks.plant(PFN, 5_000_000);

        long mark = marks.touch(PFN, 3);

        assertThat(HintMarks.planted(mark)).isTrue();
        assertThat(HintMarks.latencyNs(mark, 7_000_000)).isBetween(2_000_000L - 1024, 2_000_000L + 1024);
        assertThat(HintMarks.planted(marks.touch(PFN, 3))).isFalse();
        assertThat(HintMarks.planted(marks.touch(PFN + 1, 3))).isFalse();
    }

    @Test
    void shouldCountTouchesInARowAndTurns() {
        int[] nodes = {3, 3, 3, 5, 5, 3};
        int[] repeats = {0, 1, 2, 0, 1, 0};
        int[] changes = {0, 0, 0, 1, 1, 2};
        for (int i = 0; i < nodes.length; i++) {
            long mark = touch(nodes[i]);
            assertThat(HintMarks.repeats(mark)).isEqualTo(repeats[i]);
            assertThat(HintMarks.changes(mark)).isEqualTo(changes[i]);
        }
        for (int i = 1; i <= HintMarks.MOST; i++) {
            assertThat(HintMarks.changes(touch(3))).isEqualTo(i < HintMarks.MOST ? 2 : 0);
        }
        for (int i = 0; i < 40; i++) {
            assertThat(HintMarks.changes(touch(i % 2))).isEqualTo(Math.min(i + 1, HintMarks.MOST));
        }
    }

    @Test
    void shouldGoWithThePageAndLeaveNothingForTheNext() {
        touch(3);
        touch(3);
        marks.plant(PFN, 0);
        marks.carry(PFN, PFN + 1);
        marks.forget(PFN);

        assertThat(HintMarks.planted(marks.touch(PFN + 1, 3))).isFalse();
        marks.plant(PFN + 1, 0);
        assertThat(HintMarks.repeats(marks.touch(PFN + 1, 3))).isEqualTo(2);
        assertThat(HintMarks.repeats(touch(3))).isZero();
    }

    @Test
    void shouldForgetMemoryThatGoes() {
        touch(3);
        assertThat(marks.bytes()).isEqualTo(8L * SectionTable.SECTION_PAGES);
        marks.drop(SectionTable.section(PFN));

        assertThat(marks.bytes()).isZero();
        assertThat(HintMarks.repeats(touch(3))).isZero();
    }
}
