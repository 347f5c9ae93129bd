package moraine.launcher.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Constants;

final class FrameworkRunnerTest {
    @TempDir
    Path folder;

    private Product product;

    @BeforeEach
    void makeProduct() throws IOException {
        product = new Product(folder);
    }

    @Test
    void shouldDeleteItsStorage() throws IOException {
        product.feature("f", "");

        FrameworkRunner runner = start();
        Path storage = Path.of(runner.context().getProperty(Constants.FRAMEWORK_STORAGE));
        assertThat(storage).isDirectory();
        runner.close();
        runner.close();

        assertThat(storage).doesNotExist();
    }

    @Test
    void shouldNameABundleThatDoesNotResolve() throws IOException {
        product.bundle("t.lost", Map.of("Import-Package", "not.there;version=\"[1,2)\""))
                .feature("f", "", "t.lost");

        assertThatThrownBy(this::start)
                .isInstanceOf(BootException.class)
                .hasMessage("bundle t.lost 1.0.0 does not resolve: t.lost needs osgi.wiring.package; "
                        + "(&(osgi.wiring.package=not.there)(version>=1.0.0)(!(version>=2.0.0)))"
                        + "; name a bundle that provides it in a feature");
    }

    @Test
    void shouldNameTheBundleAtTheRootOfAnUnresolvedChain() throws IOException {
        product.bundle("t.lost", Map.of("Import-Package", "not.there", "Export-Package", "t.lost"))
                .bundle("t.next", Map.of("Import-Package", "t.lost"))
                .feature("f", "", "t.next", "t.lost");

        assertThatThrownBy(this::start)
                .isInstanceOf(BootException.class)
                .hasMessage("bundle t.next 1.0.0 does not resolve: t.lost needs osgi.wiring.package; "
                        + "(osgi.wiring.package=not.there); name a bundle that provides it in a feature");
    }

    @Test
    void shouldNotFindMoraineOnTheClassPath() throws IOException {
        product.bundle("t.peek", Map.of("Import-Package", "moraine.launcher.boot"))
                .feature("f", "", "t.peek");

        assertThatThrownBy(this::start).hasMessageContaining("(osgi.wiring.package=moraine.launcher.boot)");
    }

    @Test
    void shouldNameABundleThatDoesNotStart() throws IOException {
        product.bundle("t.broken", Map.of("Bundle-Activator", "not.There")).feature("f", "", "t.broken");

        assertThatThrownBy(this::start)
                .isInstanceOf(BootException.class)
                .message()
                .startsWith("bundle t.broken 1.0.0 does not start: ")
                .contains("not.There");
    }

    @Test
    void shouldNameABundleThatIsNotThere() throws IOException {
        product.feature("f", "", "t.none");

        assertThatThrownBy(this::start)
                .isInstanceOf(BootException.class)
                .hasMessageContaining("a feature names bundle t:t.none:1, but ")
                .hasMessageContaining("does not exist");
    }

    private FrameworkRunner start() {
        return FrameworkRunner.start(product.features().compose(List.of("f")), product.repository());
    }
}
