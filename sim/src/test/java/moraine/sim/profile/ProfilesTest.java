package moraine.sim.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.TopologyProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class ProfilesTest {
    @TempDir
    Path folder;

    static List<String> names() {
        return Profiles.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void shouldGiveEveryFigureASourceAndCanonicalUnit(String name) {
        MachineProfile profile = Profiles.load(name);
        TopologyProfile topology = profile.topology();
        assertThat(topology.name()).isEqualTo(name);
        assertThat(topology.accesses()).allSatisfy(e -> {
            assertThat(e.latency().unit()).isEqualTo("ns");
            assertThat(e.read().unit()).isEqualTo("GB/s");
            assertThat(e.knee().value()).isLessThan(1);
        });
        assertThat(topology.nodes())
                .allSatisfy(n -> assertThat(n.bytes().unit()).isEqualTo("bytes"));
        assertThat(figures(profile)).allSatisfy(q -> {
            assertThat(q.source()).isNotBlank();
            if (q.source().startsWith("assumption")) {
                assertThat(q.confidence()).isEqualTo(Quantity.Confidence.C);
            }
        });
    }

    private static Stream<Quantity> figures(MachineProfile profile) {
        TopologyProfile t = profile.topology();
        return Stream.of(
                        t.nodes().stream().map(NodeSpec::bytes),
                        t.processors().stream()
                                .flatMap(p -> Stream.of(
                                        p.cacheBytes(),
                                        p.cacheWays(),
                                        p.cacheLatency(),
                                        p.outstanding(),
                                        p.fault(),
                                        p.faultEach(),
                                        p.lineBytes())),
                        t.accesses().stream().flatMap(e -> Stream.of(e.latency(), e.read(), e.write(), e.knee())),
                        t.copies().stream().flatMap(e -> Stream.of(e.startup(), e.perPage(), e.bandwidth())),
                        Stream.of(
                                profile.costs().launch(),
                                profile.costs().loadWindow(),
                                profile.costs().leastCache()))
                .flatMap(s -> s);
    }

    @Test
    void shouldKeepTheFourMachinesApart() {
        assertThat(Profiles.load("gh200").topology().access(0, 1)).isPresent();
        TopologyProfile cxl = Profiles.load("cxl-type3").topology();
        assertThat(cxl.node(1)).map(NodeSpec::kind).contains(NodeKind.MEMORY);
        assertThat(cxl.access(0, 2)).isEmpty();
        assertThat(cxl.devices().getFirst().parameters().flag("coherent", true)).isFalse();
        assertThat(Profiles.load("knl-mcdram").topology().devices()).isEmpty();
        TopologyProfile power9 = Profiles.load("power9-v100-cdm").topology();
        assertThat(power9.devices()).hasSize(6);
        assertThat(power9.node(63)).map(NodeSpec::name).contains("GPU255");
    }

    @Test
    void shouldRankKnlDifferentlyByLatencyAndBandwidth() {
        TopologyProfile knl = Profiles.load("knl-mcdram").topology();
        var ddr = knl.access(0, 0).orElseThrow();
        var mcdram = knl.access(0, 1).orElseThrow();
        assertThat(mcdram.latency().value()).isGreaterThan(ddr.latency().value());
        assertThat(mcdram.read().value()).isGreaterThan(ddr.read().value());
    }

    @Test
    void shouldSayWhichProfilesThereAre() {
        assertThatThrownBy(() -> Profiles.load("gh300"))
                .hasMessage("no profile gh300; there are gh200, power9-v100-cdm, cxl-type3, knl-mcdram, stacked-cxl, or"
                        + " name a .yaml file");
        assertThatThrownBy(() -> Profiles.load("none.yaml"))
                .hasMessage("profile file none.yaml cannot be read: there is no such file; check the path");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            value: 205,               | value: fast,               | access[0].latency.value is fast, not a number
            value: 205,               | value: -1,                 | access[0].latency.value is -1.0; give a finite
            value: 205, unit: ns      | value: 205, unit: furlongs | access[0].latency.unit is furlongs; give one of ms
            value: 348, unit: GB/s    | value: 0, unit: GB/s       | access[0].read.value is 0; give a number > 0
            confidence: B             | confidence: D              | processors[0].outstanding.confidence is D; give A
            kind: device              | kind: gpu                  | nodes[1].kind is gpu; give cpu, memory or device
            id: 1                     | id: 64                     | nodes[1].id is 64; ids are 0 to 63
            id: 1                     | id: 0                      | nodes has an id twice; give each node its own
            knee:                     | bend:                      | access[0] has bend, which is none of initiator
            perPage:                  | each:                      | copies[0] has each, which is none of from
            value: 0.8                | value: 1.5                 | access[0].knee.value is 1.5; a knee is below 1
            to: 1                     | to: 2                      | copies[0].to is node 2, which nodes does not list
            parent: 0                 | parent: 7                  | nodes has node 1 below 7, which is no other node
            nodes:                    | nodes: [                   | the profile is not YAML
            """)
    void shouldNameFileFieldValueAndRemedy(String good, String bad, String message) throws IOException {
        Path file = folder.resolve("own.yaml");
        Files.writeString(file, gh200().replaceFirst(java.util.regex.Pattern.quote(good), bad));
        assertThatThrownBy(() -> Profiles.load(file.toString()))
                .hasMessageStartingWith(file + ": " + message)
                .hasMessageNotContaining("\n");
    }

    @Test
    void shouldPutOtherFiguresInPlaceOfItsOwn() {
        MachineProfile set = Profiles.load(
                "gh200", Map.of("processors.1.fault", "0.032 ms", "copies.perPage", "80", "costs.leastCache", "64KiB"));
        assertThat(set.topology().processor(1).orElseThrow().fault())
                .isEqualTo(new Quantity(32_000, "ns", "set for this run", Quantity.Confidence.C));
        assertThat(set.topology().processor(0))
                .isEqualTo(Profiles.load("gh200").topology().processor(0));
        assertThat(set.topology().copies())
                .hasSize(2)
                .allSatisfy(copy -> assertThat(copy.perPage().value()).isEqualTo(80));
        assertThat(set.costs().leastCache().value()).isEqualTo(65_536);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            processors.1.falt  | 32us       | there is no figure processors.1.falt; one is called access.
            processors.9.fault | 32us       | there is no figure processors.9.fault; one is called access.
            processors.1.fault | fast       | figure processors.1.fault=fast is no number with a unit; write such
            processors.1.fault | 1-2us      | figure processors.1.fault=1-2us is no number with a unit
            processors.1.fault | 32furlongs | processors[1].fault.unit is furlongs; give one of ms, ns, us
            access.0.read      | 0          | access[0].read.value is 0; give a number > 0
            processors.1.fault | -1us       | processors[1].fault.value is -1000.0; give a finite number
            """)
    void shouldRefuseAFigureThatThereIsNotOrThatIsWrong(String name, String value, String message) {
        assertThatThrownBy(() -> Profiles.load("gh200", Map.of(name, value)))
                .hasMessageStartingWith("gh200.yaml: " + message)
                .hasMessageNotContaining("\n");
    }

    @Test
    void shouldNameEveryFigure() {
        List<String> figures = Profiles.figures("gh200");
        assertThat(figures)
                .contains(
                        "processors.0.fault", "processors.fault", "copies.perPage", "costs.shootdown", "nodes.0.bytes")
                .doesNotHaveDuplicates();
        MachineProfile usual = Profiles.load("gh200");
        assertThat(figures).allSatisfy(figure -> {
            String value = figure.endsWith("lineBytes") ? "128" : "0.5";
            assertThat(Profiles.load("gh200", Map.of(figure, value))).isNotEqualTo(usual);
        });
    }

    @Test
    void shouldRefuseAPairThatIsGivenTwiceOrMissing() throws IOException {
        Path twice = folder.resolve("twice.yaml");
        Files.writeString(twice, gh200().replace("from: 1\n    to: 0", "from: 0\n    to: 1"));
        assertThatThrownBy(() -> Profiles.load(twice.toString()))
                .hasMessage(twice + ": copies[1] gives the pair 0, 1 again; give it once");
        Path missing = folder.resolve("missing.yaml");
        Files.writeString(missing, gh200().replace("from: 1\n    to: 0", "from: 1\n    to: 1"));
        assertThatThrownBy(() -> Profiles.load(missing.toString()))
                .hasMessage(missing + ": copies lacks from 1 to 0; add it");
    }

    private static String gh200() throws IOException {
        try (InputStream in = Objects.requireNonNull(Profiles.class.getResourceAsStream("gh200.yaml"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
