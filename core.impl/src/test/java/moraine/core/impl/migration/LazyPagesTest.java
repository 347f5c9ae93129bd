package moraine.core.impl.migration;

import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.model.Advice;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.machine.Pair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Dropping of a page that was held before somebody wrote it. */
@Timeout(120)
final class LazyPagesTest {
    private static int drop(Pair pair, long at, Runnable between) {
        Rooms rooms = pair.under.mechanism().rooms();
        long pfn = pair.space.why(at).pfn();
        assertThat(rooms.frames.hold(pfn)).isTrue();
        between.run();
        Agent agent = rooms.begin();
        try {
            return rooms.lazyPages.drop(agent, pfn);
        } finally {
            rooms.done(agent);
        }
    }

    @Test
    void shouldDropWhatNobodyWrote() {
        try (var pair = new Pair(true, TestPolicy.Kind.NODE, "")) {
            long at = pair.written(1);
            pair.space.advise(at, Pages.SIZE, Advice.FREE);
            assertThat(drop(pair, at, () -> {})).isEqualTo(1);
            assertThat(pair.state(at)).isEqualTo(PageState.NONE);
            pair.checked();
        }
    }

    @Test
    void shouldKeepWhatWasWrittenAfterItWasChosen() {
        try (var pair = new Pair(true, TestPolicy.Kind.NODE, "")) {
            long at = pair.written(1);
            pair.space.advise(at, Pages.SIZE, Advice.FREE);
            int dropped = drop(pair, at, () -> {
                long pfn = pair.space.why(at).pfn();
                pair.under.mechanism().rooms().frames.clearFlag(pfn, Frames.LAZY);
            });
            assertThat(dropped).isZero();
            assertThat(pair.cpu.getLong(at)).isEqualTo(1);
            pair.checked();
        }
    }
}
