package moraine.driver.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Map;
import moraine.core.api.model.DeviceCapabilities;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GpuSettingsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "size=5000|is no whole number of pages of 4KiB; use 8KiB",
                "size=lots|is not a size such as 67108864, 64MiB or 4GiB",
                "size=-4194304|is not a size such as",
                "size=99999999999TiB|is not below 8388608TiB",
                "coherent=yes|is not true or false",
                "resident=0|is not within 1 to 65536",
                "resident=many|is not a whole number",
                "faults=70000|is not within 1 to 65536",
                "workers=65|is not within 1 to 64",
                "engines=17|is not within 1 to 16",
                "granularity=3MiB|is not a power of two from 4KiB to 16GiB",
                "granularity=2048|is not a power of two from 4KiB to 16GiB",
                "threshold=-1|is not within 0 to 1000000000",
                "residents=4|driver gpu has no parameter residents, only coherent, engines"
            })
    void shouldRefuseInALine(String parameter, String problem) {
        Verdict verdict = check(parameter);
        assertThat(verdict.accepted()).isFalse();
        assertThat(verdict.reason())
                .startsWith("device gpu7: ")
                .contains(problem)
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource({"size=0,0", "size=4194304,4194304", "size=64MiB,67108864", "size=1 TiB,1099511627776"})
    void shouldReadSizes(String parameter, long bytes) {
        assertThat(check(parameter)).isEqualTo(Verdict.YES);
        var host = new FakeHost(new LoopActors(), parameter.split("=", 2));
        assertThat(host.driver.memoryBytes()).isEqualTo(bytes);
    }

    @Test
    void shouldBringItsNodesMemoryUnlessTold() {
        assertThat(new FakeHost(new LoopActors()).driver.memoryBytes()).isEqualTo(66L << 20);
    }

    @Test
    void shouldSayWhatTheDeviceCan() {
        var told = new FakeHost(new LoopActors(), "coherent", "true", "owner", "team", "engines", "3");
        assertThat(told.driver.capabilities()).isEqualTo(new DeviceCapabilities(true, true, true, true, 3, "team"));
        var plain = new FakeHost(new LoopActors());
        assertThat(plain.driver.capabilities()).isEqualTo(new DeviceCapabilities(false, true, true, true, 2, "gpu0"));
        assertThat(plain.driver.name()).isEqualTo("gpu0");
    }

    @Test
    void shouldDescribeEveryParameterWithItsDefault() {
        Parameters described = Parameters.NONE;
        for (Method option : GpuOptions.class.getDeclaredMethods()) {
            described = described.with(option.getName(), String.valueOf(option.getDefaultValue()));
        }
        assertThat(described.values()).hasSize(GpuSettings.class.getRecordComponents().length);
        assertThat(GpuSettings.of(described)).isEqualTo(GpuSettings.of(Parameters.NONE));
    }

    private static Verdict check(String parameter) {
        String[] pair = parameter.split("=", 2);
        return new GpuProvider().check(new DeviceSpec("gpu7", "gpu", 1, new Parameters(Map.of(pair[0], pair[1]))));
    }
}
