package moraine.daemon.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import moraine.core.api.daemon.MergeRules;
import moraine.core.api.model.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parameters, and what is said of wrong ones. */
final class MergeSettingsTest {
    @Test
    void shouldHaveUsualValues() {
        assertThat(MergeSettings.of(Parameters.NONE)).isEqualTo(new MergeSettings(MergeRules.USUAL, 1024, 20_000_000));
    }

    @Test
    void shouldTakeWhatIsGiven() {
        var given = Parameters.NONE
                .with("mergeAcrossNodes", "true")
                .with("mergeAcrossTenants", "true")
                .with("useZeroPages", "true")
                .with("maxPageSharing", "2")
                .with("pagesToScan", "7")
                .with("periodUs", "10");

        assertThat(MergeSettings.of(given))
                .isEqualTo(new MergeSettings(new MergeRules(true, true, true, 2), 7, 10_000));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "maxPageSharing | 1 | 'parameter maxPageSharing=1 pages is not within 2 to 16384; 256 is usual'",
                "pagesToScan | 0 | 'parameter pagesToScan=0 pages is not within 1 to 1048576; 1024 is usual'",
                "periodUs | 5 | 'parameter periodUs=5 microseconds is not within 10 to 10000000; 20000 is usual'",
                "run | 1 | 'merge has no parameter run, only maxPageSharing, mergeAcrossNodes, mergeAcrossTenants,"
                        + " pagesToScan, periodUs, useZeroPages'"
            })
    void shouldSayInALineWhatIsWrong(String name, String value, String message) {
        assertThatThrownBy(() -> MergeSettings.of(Parameters.NONE.with(name, value)))
                .hasMessage(message);
    }
}
