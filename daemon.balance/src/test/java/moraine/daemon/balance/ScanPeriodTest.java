package moraine.daemon.balance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How often hints are planted. */
final class ScanPeriodTest {
    private final ScanPeriod period = new ScanPeriod(1000, 60_000);

    private long after(int settled, int others) {
        for (int i = 0; i < settled + others; i++) {
            period.touched(i < settled);
        }
        period.adapt();
        return period.ns();
    }

    @Test
    void shouldPlantHalfAsOftenWhenNothingIsToldUpToALimit() {
        assertThat(after(0, 0)).isEqualTo(2000);
        for (int i = 0; i < 10; i++) {
            period.adapt();
        }
        assertThat(period.ns()).isEqualTo(60_000);
    }

    @Test
    void shouldPlantLessOftenWhereMostIsSettled() {
        assertThat(after(10, 0)).isEqualTo(1300);
        assertThat(after(8, 2)).isEqualTo(1430);
    }

    @Test
    void shouldPlantMoreOftenWhereMostIsNotDownToALimit() {
        after(0, 0);
        after(0, 0);

        assertThat(after(0, 10)).isEqualTo(1200);
        assertThat(after(0, 10)).isEqualTo(1000);
    }

    @Test
    void shouldPlantLessOftenWhenPagesCannotMove() {
        period.failed();

        assertThat(after(0, 10)).isEqualTo(2000);
        assertThat(after(0, 10)).isEqualTo(1000);
    }
}
