package moraine.policy.hmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Verdict;
import moraine.testkit.HandBuilt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HmmProviderTest {
    private final HmmProvider provider = new HmmProvider();

    @Test
    void shouldDriveEveryMachine() {
        assertThat(provider.check(HandBuilt.superchip(), Parameters.NONE)).isEqualTo(Verdict.YES);
        assertThat(provider.check(HandBuilt.withBusDevice(), Parameters.NONE)).isEqualTo(Verdict.YES);
    }

    @Test
    void shouldRefuseCoherentPagesOfADeviceThatIsNot() {
        var coherent = Parameters.NONE.with("memory", "coherent");
        assertThat(provider.check(HandBuilt.superchip(), coherent)).isEqualTo(Verdict.YES);
        assertThat(provider.check(HandBuilt.withBusDevice(), coherent))
                .isEqualTo(Verdict.no("device gpu1 (node 2) is not coherent: CPUs cannot address its memory; use"
                        + " memory=private"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "migratePages | 48 | parameter migratePages=48 is not a power of two from 1 to 512 pages",
                "bringBackPages | 0 | parameter bringBackPages=0 is not a power of two from 1 to 512 pages",
                "bringBackPages | 1024 | parameter bringBackPages=1024 is not a power of two from 1 to 512 pages",
                "migratePages | few | parameter migratePages=few is not a whole number",
                "largePages | maybe | parameter largePages=maybe is not true or false",
                "prefetchPercent | 101 | parameter prefetchPercent=101 percent is not within 0 to 100; 0 is usual",
                "memory | public | parameter memory=public is not offered; choose private or coherent",
                "bringBack | 1 | hmm has no parameter bringBack, only bringBackPages, hints, largePages, memory,"
                        + " migratePages, prefetchPercent; did you mean bringBackPages?",
            })
    void shouldRefuseABadParameterInALine(String name, String value, String message) {
        var parameters = Parameters.NONE.with(name, value);

        assertThat(provider.check(HandBuilt.superchip(), parameters)).isEqualTo(Verdict.no(message));
        assertThatThrownBy(() -> HmmSettings.of(parameters))
                .isInstanceOf(MoraineException.class)
                .hasMessage(message);
    }
}
