package moraine.core.impl.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Step;
import org.junit.jupiter.api.Test;

final class SectionTest {
    private static final long NOTHING = 0;
    private static final long OWN = 16;

    private final Section section = new Section() {};

    /** What the waiting shoot-down sees in its pauses. */
    private int pauses(Runnable third) {
        var turns = new int[1];
        section.awaitExit(new PausesOnly(turn -> {
            turns[0]++;
            if (turn == 2) {
                third.run();
            }
        }));
        return turns[0];
    }

    @Test
    void shouldNotWaitOutsideSections() {
        section.enter();
        section.exit();
        section.replace(NOTHING);
        assertThat(pauses(() -> {})).isZero();
    }

    @Test
    void shouldWaitUntilTheSectionIsLeft() {
        section.enter();
        section.replace(NOTHING);
        assertThat(pauses(section::exit)).isEqualTo(3);
    }

    @Test
    void shouldWaitUntilALaterSectionRenews() {
        section.enter();
        section.replace(NOTHING);
        assertThat(pauses(() -> {
                    section.exit();
                    section.enter();
                    section.renew(OWN);
                }))
                .isEqualTo(3);
        assertThat(section.live()).isEqualTo(OWN);
    }

    @Test
    void shouldNotTakeAnEarlierRenewalForALaterOne() {
        section.replace(NOTHING);
        section.enter();
        section.renew(OWN);
        assertThat(pauses(() -> {})).isZero();
        section.replace(NOTHING);
        assertThat(section.live()).isEqualTo(NOTHING);
        assertThat(pauses(section::exit)).isEqualTo(3);
    }

    /** Time in which nothing goes on but a wait. */
    private record PausesOnly(IntConsumer turns) implements Actors {
        @Override
        public Actor start(String name, int initiator, Step step) {
            throw new UnsupportedOperationException(name);
        }

        @Override
        public boolean await(BooleanSupplier condition, long timeoutNs) {
            throw new UnsupportedOperationException("await");
        }

        @Override
        public void signal() {
            throw new UnsupportedOperationException("signal");
        }

        @Override
        public void pause(int turn) {
            turns.accept(turn);
        }
    }
}
