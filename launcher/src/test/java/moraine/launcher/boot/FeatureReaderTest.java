package moraine.launcher.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FeatureReaderTest {
    private static final BundleId LOG = new BundleId("g", "log", "1.2");

    @TempDir
    Path folder;

    private FeatureReader reader;

    @BeforeEach
    void makeReader() {
        reader = new FeatureReader(folder);
    }

    @Test
    void shouldUniteFeaturesInTheirOrder() throws IOException {
        write("b", "\"bundles\":[{\"id\":\"g:log:1.2\"},{\"id\":\"g:core:3-SNAPSHOT\"}]");
        write("a", "\"bundles\":[{\"id\":\"g:gpu:4\"},{\"id\":\"g:log:1.2\"}]");

        assertThat(reader.compose(List.of("b", "a")).bundles())
                .containsExactly(LOG, new BundleId("g", "core", "3-SNAPSHOT"), new BundleId("g", "gpu", "4"));
    }

    @Test
    void shouldReadConfigurationsWithTypes() throws IOException {
        write("a", "\"configurations\":{\"d~gpu0\":{\"sizeBytes\":4096,\"coherent\":true},\"e\":{\"x\":\"y\"}}");

        assertThat(reader.compose(List.of("a")).configurations())
                .containsOnlyKeys("d~gpu0", "e")
                .containsEntry("e", Map.of("x", "y"))
                .hasEntrySatisfying(
                        "d~gpu0",
                        values -> assertThat(values)
                                .containsEntry("sizeBytes", 4096L)
                                .containsEntry("coherent", true));
    }

    @Test
    void shouldRefuseTwoVersionsOfABundle() throws IOException {
        write("a", "\"bundles\":[{\"id\":\"g:log:1.2\"}]");
        write("b", "\"bundles\":[{\"id\":\"g:log:1.3\"}]");

        assertThatThrownBy(() -> reader.compose(List.of("a", "b")))
                .isInstanceOf(BootException.class)
                .hasMessage("feature b names g:log:1.3, an earlier one g:log:1.2; give both one version");
    }

    @Test
    void shouldRefuseTwoValuesOfAConfiguration() throws IOException {
        write("a", "\"configurations\":{\"d\":{\"x\":\"1\"}}");
        write("b", "\"configurations\":{\"d\":{\"x\":\"2\"}}");

        assertThatThrownBy(() -> reader.compose(List.of("a", "b")))
                .isInstanceOf(BootException.class)
                .hasMessageContaining("feature b gives configuration d the values {x=2}, an earlier one {x=1}");
    }

    @Test
    void shouldNameAMissingFeature() {
        assertThatThrownBy(() -> reader.compose(List.of("none")))
                .isInstanceOf(BootException.class)
                .hasMessageContaining("cannot read feature " + folder.resolve("none.json"));
    }

    @Test
    void shouldNameAFileThatIsNoFeature() throws IOException {
        Files.writeString(folder.resolve("bad.json"), "{\"id\":");

        assertThatThrownBy(() -> reader.compose(List.of("bad")))
                .isInstanceOf(BootException.class)
                .message()
                .contains("cannot read feature " + folder.resolve("bad.json"))
                .doesNotContain("\n");
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(
                folder.resolve(name + ".json"),
                "{\"feature-resource-version\":\"1.0\",\"id\":\"t:" + name + ":1\"," + content + "}");
    }
}
