package moraine.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each bundle imports what its list in cnf/imports allows, and holds packages of its own name only. */
final class ImportsTest {
    private static final Workspace WORKSPACE = Workspace.find();
    private static final List<String> PLUG_INS = List.of("policy.", "driver.", "daemon.");
    private static final Pattern API_IMPORT = Pattern.compile("moraine\\.core\\.api\\.[^\"]*\"[^\"]*\"");

    static List<String> bundles() throws IOException {
        return WORKSPACE.bundleFolders();
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void shouldImportOnlyWhatItsListAllows(String folder) throws IOException {
        assertThat(forbiddenImports(folder, WORKSPACE.manifest(folder)))
                .as("imports of moraine.%s that cnf/imports/moraine.%s does not allow", folder, folder)
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void shouldHoldOnlyPackagesOfItsOwnName(String folder) {
        Manifest manifest = WORKSPACE.manifest(folder);
        String name = manifest.getMainAttributes().getValue("Bundle-SymbolicName");

        assertThat(name).isEqualTo("moraine." + folder);
        assertThat(Stream.of("Export-Package", "Private-Package")
                        .flatMap(header -> BundlePackages.of(manifest, header).outside(List.of(name)).stream()))
                .isEmpty();
    }

    /** A plug-in that implements a provider type breaks with each addition to the API; bnd gives it a narrow range. */
    @ParameterizedTest
    @MethodSource("plugIns")
    void shouldImportTheApiAsAConsumer(String folder) {
        assertThat(narrow(WORKSPACE.manifest(folder)))
                .as("packages of core.api of which moraine.%s implements a provider type", folder)
                .isEmpty();
    }

    static List<String> plugIns() throws IOException {
        return bundles().stream()
                .filter(folder -> PLUG_INS.stream().anyMatch(folder::startsWith))
                .toList();
    }

    @Test
    void shouldCatchAPlugInThatImplementsAProviderType() {
        Manifest planted = manifest("moraine.core.api.model;version=\"[0.1,1)\","
                + "moraine.core.api.host;version=\"[0.1,0.2)\",org.osgi.framework;version=\"[1.10,1.11)\"");

        assertThat(narrow(planted)).containsExactly("moraine.core.api.host;version=\"[0.1,0.2)\"");
    }

    private static List<String> narrow(Manifest manifest) {
        String imports = manifest.getMainAttributes().getValue("Import-Package");
        return API_IMPORT
                .matcher(imports)
                .results()
                .map(MatchResult::group)
                .filter(clause -> !clause.endsWith(",1)\""))
                .toList();
    }

    @Test
    void shouldCatchAnImportOfTheCoresInsides() throws IOException {
        Manifest planted = manifest("moraine.core.api.policy;version=\"[0.1,0.2)\",moraine.core.impl.frames");

        assertThat(forbiddenImports("policy.hmm", planted)).containsExactly("moraine.core.impl.frames");
    }

    @Test
    void shouldCatchAnImportThatSharesOnlyThePrefix() throws IOException {
        assertThat(forbiddenImports("policy.cdm", manifest("moraine.core.apiary")))
                .containsExactly("moraine.core.apiary");
    }

    @Test
    void shouldReadEveryPackageOfAClause() throws IOException {
        Manifest planted = manifest("sun.misc;jdk.internal.misc;resolution:=optional;version=\"[1,2)\"");

        assertThat(forbiddenImports("sim", planted)).containsExactly("sun.misc", "jdk.internal.misc");
    }

    private static List<String> forbiddenImports(String folder, Manifest manifest) throws IOException {
        List<String> own = Stream.concat(
                        WORKSPACE.list("imports/moraine." + folder).stream(), Stream.of("moraine." + folder))
                .toList();
        return BundlePackages.of(manifest, "Import-Package").outside(own);
    }

    private static Manifest manifest(String imports) {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(new Attributes.Name("Import-Package"), imports);
        return manifest;
    }
}
