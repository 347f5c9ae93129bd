package moraine.itest.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import moraine.itest.container.Container;
import moraine.itest.container.MoraineContainer;
import org.junit.jupiter.api.Test;

/** A short soak, so that the long one stays alive. */
@Container
final class SoakIT {
    private static final long SEED = 7;
    /** For a computer that hangs; the operations end the run, and fewer would leave kinds of them undone. */
    private static final long MOST_SECONDS = 900;

    private static final long OPERATIONS = 30_000;

    @Test
    void shouldAccountForEveryByte(MoraineContainer container) throws Exception {
        Map<String, String> answer =
                SoakBundle.run(container, SoakBundle.order(SEED, MOST_SECONDS, OPERATIONS, Map.of()));

        assertThat(SoakBundle.faults(answer)).isEmpty();
        assertThat(Long.parseLong(answer.get("pages moved"))).isPositive();
        assertThat(Long.parseLong(answer.get("pages proven"))).isPositive();
    }
}
