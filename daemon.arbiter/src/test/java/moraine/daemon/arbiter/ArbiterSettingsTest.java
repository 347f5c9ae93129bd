package moraine.daemon.arbiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import moraine.core.api.model.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parameters, what is said of wrong ones, and what is remembered of wants. */
final class ArbiterSettingsTest {
    @Test
    void shouldHaveUsualValues() {
        assertThat(ArbiterSettings.of(Parameters.NONE))
                .isEqualTo(new ArbiterSettings(1_000_000, 20, 50, 64, 100_000_000, 200_000_000));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "idle | 0 | 'parameter idle=0 rounds is not within 1 to 63; 20 is usual'",
                "busy | 101 | 'parameter busy=101 percent is not within 0 to 100; 50 is usual'",
                "starving | 0 | 'parameter starving=0 pages is not within 1 to 2147483647; 64 is usual'",
                "periodUs | 5 | 'parameter periodUs=5 microseconds is not within 10 to 1000000; 1000 is usual'",
                "fair | yes | 'arbiter has no parameter fair, only busy, idle, keepUs, periodUs, restUs, starving'"
            })
    void shouldSayInALineWhatIsWrong(String name, String value, String message) {
        assertThatThrownBy(() -> ArbiterSettings.of(Parameters.NONE.with(name, value)))
                .hasMessage(message);
    }

    @Test
    void shouldRememberAWantForAWhile() {
        var wants = new Wants(/* least= */ 10, /* memoryNs= */ 100);
        wants.add(3, /* elsewhere= */ 9, /* refused= */ 0, /* nowNs= */ 0);
        assertThat(wants.any(0)).isFalse();
        wants.add(3, 1, 0, 50);
        assertThat(wants.any(60)).isTrue();
        assertThat(wants.starves(3)).isTrue();
        assertThat(wants.starves(4)).isFalse();
        assertThat(wants.pages(5)).isEqualTo(10);
        assertThat(wants.any(150)).isTrue();
        assertThat(wants.any(151)).isFalse();
    }

    @Test
    void shouldNotAddUpWhatIsRefusedAgainAndAgain() {
        var wants = new Wants(10, 100);
        for (int i = 0; i < 50; i++) {
            wants.add(3, 0, 512, 0);
        }

        assertThat(wants.pages(1024)).isEqualTo(1024);
        assertThat(wants.served()).containsExactly(3);
        assertThat(wants.any(0)).isFalse();
    }
}
