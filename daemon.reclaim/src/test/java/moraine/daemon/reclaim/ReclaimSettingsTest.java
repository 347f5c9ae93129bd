package moraine.daemon.reclaim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import moraine.core.api.model.Parameters;
import moraine.core.api.model.Rank;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parameters, and what is said of wrong ones. */
final class ReclaimSettingsTest {
    @Test
    void shouldHaveUsualValues() {
        assertThat(ReclaimSettings.of(Parameters.NONE))
                .isEqualTo(new ReclaimSettings(Rank.LATENCY, 1, 1_000_000, ReclaimSettings.Last.SWAP));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "order | size | 'parameter order=size is not offered; choose latency or bandwidth'",
                "age | 0 | 'parameter age=0 rounds is not within 1 to 255; 1 is usual'",
                "periodUs | 5 | 'parameter periodUs=5 microseconds is not within 10 to 1000000; 1000 is usual'",
                "last | drop | 'parameter last=drop is not offered; choose swap, files or keep'",
                "swap | yes | 'reclaim has no parameter swap, only age, last, order, periodUs'"
            })
    void shouldSayInALineWhatIsWrong(String name, String value, String message) {
        assertThatThrownBy(() -> ReclaimSettings.of(Parameters.NONE.with(name, value)))
                .hasMessage(message);
    }

    @Test
    void shouldPutTheThresholdWhereEnoughPagesAreOlder() {
        var ages = new Ages();
        ages.add(0, 100);
        ages.add(3, 10);
        ages.add(7, 5);

        assertThat(ages.threshold(12, 1)).isEqualTo(3);
        assertThat(ages.threshold(1, 2)).isEqualTo(2);
    }
}
