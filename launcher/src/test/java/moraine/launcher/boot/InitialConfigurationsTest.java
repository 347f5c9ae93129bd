package moraine.launcher.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.util.Map;
import org.apache.felix.cm.json.io.ConfigurationReader;
import org.apache.felix.cm.json.io.Configurations;
import org.junit.jupiter.api.Test;

final class InitialConfigurationsTest {
    @Test
    void shouldBeReadAsTheConfiguratorReadsThem() throws IOException {
        Map<String, Object> values = Map.of("sizeBytes", 1L << 40, "coherent", true, "name", "a \"quoted\" one");

        String json = InitialConfigurations.json(Map.of("moraine.device~gpu0", values));

        ConfigurationReader reader = Configurations.buildReader()
                .verifyAsBundleResource(false)
                .withIdentifier(InitialConfigurations.PROPERTY)
                .build(new StringReader(json));
        assertThat(reader.readConfigurationResource().getConfigurations())
                .containsOnlyKeys("moraine.device~gpu0")
                .hasEntrySatisfying(
                        "moraine.device~gpu0", read -> assertThat(read).containsExactlyInAnyOrderEntriesOf(values));
        assertThat(reader.getIgnoredErrors()).isEmpty();
    }
}
