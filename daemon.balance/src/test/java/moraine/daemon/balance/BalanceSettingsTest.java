package moraine.daemon.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import moraine.core.api.model.Parameters;
import moraine.core.api.model.Rank;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parameters, and what is said of wrong ones. */
final class BalanceSettingsTest {
    private static final long SECOND_NS = 1_000_000_000L;

    @Test
    void shouldHaveLinuxsValues() {
        assertThat(BalanceSettings.of(Parameters.NONE))
                .isEqualTo(new BalanceSettings(
                        BalanceSettings.Mode.BOTH,
                        Rank.LATENCY,
                        SECOND_NS,
                        60 * SECOND_NS,
                        65_536,
                        SECOND_NS,
                        65_536L << 20));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mode | all | 'parameter mode=all is not offered; choose numa, tiering or both'",
                "order | size | 'parameter order=size is not offered; choose latency or bandwidth'",
                "hotUs | 5 | 'parameter hotUs=5 microseconds is not within 10 to 60000000; 1000000 is usual'",
                "rateMBs | no | 'parameter rateMBs=no is not a whole number'",
                "swap | yes | 'balance has no parameter swap, only hotUs, mode, order, periodMaxUs, periodMinUs,"
                        + " rateMBs, scanPages'"
            })
    void shouldSayInALineWhatIsWrong(String name, String value, String message) {
        assertThatThrownBy(() -> BalanceSettings.of(Parameters.NONE.with(name, value)))
                .hasMessage(message);
    }

    @Test
    void shouldRefuseAPeriodLongerThanTheLongest() {
        assertThatThrownBy(() -> BalanceSettings.of(
                        Parameters.NONE.with("periodMinUs", "5000").with("periodMaxUs", "4000")))
                .hasMessageContaining("periodMaxUs=4000 microseconds is not within 5000");
    }
}
