package moraine.core.impl.faults;

import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import org.junit.jupiter.api.Test;

final class FaultBatchTest {
    private static final int MOST = 1024;
    private static final int SPACE = 7;
    private static final long AT = 1L << 36;

    private final FaultBatch batch = new FaultBatch(1, MOST);

    @Test
    void shouldKeepTheStrongestIntentOfAPage() {
        batch.fault(SPACE, AT + 8, Intent.READ);
        batch.fault(SPACE, AT, 2, Intent.WRITE);
        batch.arrange();
        assertThat(batch.size()).isEqualTo(2);
        assertThat(batch.intent(0)).isEqualTo(Intent.WRITE);
        assertThat(batch.address(1)).isEqualTo(AT + Pages.SIZE);
        assertThat(batch.proceed()).isFalse();
    }

    @Test
    void shouldGoOnWithWhatFoundNoRoom() {
        batch.fault(SPACE, AT - Pages.SIZE, Intent.READ);
        batch.fault(SPACE, AT, 2L * MOST, Intent.READ);
        assertThat(batch.room()).isZero();
        batch.arrange();
        assertThat(batch.continues(0)).isFalse();
        assertThat(batch.size()).isEqualTo(MOST);

        assertThat(batch.proceed()).isTrue();
        assertThat(batch.size()).isEqualTo(MOST);
        assertThat(batch.address(0)).isEqualTo(AT + (MOST - 1L) * Pages.SIZE);
        assertThat(batch.continues(0)).isTrue();
        assertThat(batch.continues(1)).isFalse();

        assertThat(batch.proceed()).isTrue();
        assertThat(batch.size()).isEqualTo(1);
        assertThat(batch.address(0)).isEqualTo(AT + (2L * MOST - 1) * Pages.SIZE);
        assertThat(batch.proceed()).isFalse();
    }

    @Test
    void shouldForgetTheRestOfAnEarlierRange() {
        batch.fault(SPACE, AT, 2L * MOST, Intent.READ);
        batch.clear();
        assertThat(batch.proceed()).isFalse();
    }
}
