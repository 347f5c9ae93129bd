package moraine.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import moraine.launcher.cli.Session.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What verbs write with {@code --csv} and {@code --json}: records that a program can read, and nothing else. */
@Timeout(120)
final class FormatsTest {
    private final Session session = new Session();

    @AfterEach
    void close() {
        session.close();
    }

    /** A verb and the kinds of records it must write. */
    record Verb(String command, Set<String> kinds) {
        @Override
        public String toString() {
            return command;
        }
    }

    static Stream<Verb> verbs() {
        return Stream.of(
                new Verb("run --workload stencil --size 6", Set.of("run", "fact", "phase", "counter")),
                new Verb("run --live --workload stencil --size 6", Set.of("run", "fact", "phase", "counter")),
                new Verb(
                        "run --workload stencil --size 6 --daemon reclaim",
                        Set.of("run", "fact", "phase", "daemon", "counter")),
                new Verb(
                        "run --workload stencil --size 6 --daemon reclaim --swap node0:50%",
                        Set.of("run", "fact", "phase", "daemon", "counter")),
                new Verb("nodes", Set.of("machine", "node", "link")),
                new Verb("spaces", Set.of("space", "resident", "mapping")),
                new Verb("pages", Set.of("run")),
                new Verb("policies", Set.of("policy")),
                new Verb("daemons", Set.of("daemon")),
                new Verb("parameters", Set.of("parameter")),
                new Verb("tunables", Set.of("tunable")),
                new Verb("policy use cdm", Set.of("exchange")),
                new Verb("why", Set.of("page")));
    }

    private String written(String command, String format) {
        Answer answer = session.run((command + " " + format).split(" ", -1));
        assertThat(answer.status()).isZero();
        assertThat(answer.err()).doesNotContain("moraine:");
        return answer.out();
    }

    private List<Map<String, String>> json(String command) throws IOException {
        return parsed(written(command, "--json"));
    }

    /** {@return the objects of an array; anything before, between or behind fails} */
    private static List<Map<String, String>> parsed(String text) throws IOException {
        var records = new ArrayList<Map<String, String>>();
        try (JsonParser parser = new JsonFactory().createParser(text)) {
            assertThat(parser.nextToken()).isEqualTo(JsonToken.START_ARRAY);
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                var fields = new LinkedHashMap<String, String>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    assertThat(parser.nextToken().isScalarValue()).isTrue();
                    fields.put(name, parser.getText());
                }
                records.add(fields);
            }
            assertThat(parser.currentToken()).isEqualTo(JsonToken.END_ARRAY);
            assertThat(parser.nextToken()).isNull();
        }
        return records;
    }

    private static List<Map<String, String>> of(List<Map<String, String>> records, String kind) {
        return records.stream()
                .filter(fields -> kind.equals(fields.get("record")))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void shouldWriteJsonAndNothingElse(Verb verb) throws IOException {
        assertThat(json(verb.command))
                .isNotEmpty()
                .extracting(fields -> fields.get("record"))
                .containsAll(verb.kinds)
                .isSubsetOf(with(verb.kinds, "exit"));
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void shouldWriteCsvAndNothingElse(Verb verb) throws IOException {
        String text = written(verb.command, "--csv");
        assertThat(text).startsWith("record,").endsWith("\n");
        try (CsvReader<NamedCsvRecord> csv = CsvReader.builder().ofNamedCsvRecord(text)) {
            List<NamedCsvRecord> records = csv.stream().toList();
            assertThat(records)
                    .allSatisfy(fields -> assertThat(fields.getFieldCount())
                            .isEqualTo(records.getFirst().getHeader().size()));
            assertThat(records)
                    .extracting(fields -> fields.getField("record"))
                    .containsAll(verb.kinds)
                    .isSubsetOf(with(verb.kinds, "exit"));
        }
    }

    private static Set<String> with(Set<String> kinds, String more) {
        var all = new TreeSet<>(kinds);
        all.add(more);
        return all;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "nodes",
                "spaces",
                "pages",
                "policies",
                "daemons",
                "parameters",
                "tunables",
                "why",
                "compare"
            })
    void shouldRefuseBothAtOnce(String verb) {
        assertThat(session.run(verb, "--csv", "--json"))
                .isEqualTo(new Answer(
                        ExitStatus.BAD_INPUT,
                        "",
                        "moraine: --csv and --json exclude each other; drop one" + System.lineSeparator()));
    }

    @Test
    void shouldGiveRawFiguresOfTunables() throws IOException {
        assertThat(of(json("tunables --tune range.timeout=2000 --tune thrash.losses=5"), "tunable"))
                .filteredOn(tunable -> !Objects.equals(tunable.get("value"), tunable.get("usual")))
                .satisfiesExactly(
                        timeout -> assertThat(timeout)
                                .containsEntry("name", "range.timeout")
                                .containsEntry("unit", "ms")
                                .containsEntry("value", "2000")
                                .containsEntry("usual", "1000")
                                .containsEntry("least", "1")
                                .containsEntry("most", "600000")
                                .containsEntry("source", "Linux, HMM_RANGE_DEFAULT_TIMEOUT")
                                .containsKey("description"),
                        losses -> assertThat(losses)
                                .containsEntry("name", "thrash.losses")
                                .containsEntry("value", "5"));
    }

    @Test
    void shouldGiveRawFiguresOfNodes() throws IOException {
        List<Map<String, String>> records = json("nodes --policy cdm");
        assertThat(of(records, "machine"))
                .singleElement()
                .satisfies(machine ->
                        assertThat(machine).containsEntry("profile", "gh200").containsEntry("policy", "cdm"));
        assertThat(of(records, "node"))
                .hasSize(2)
                .last()
                .satisfies(node -> assertThat(node)
                        .containsEntry("node", "1")
                        .containsEntry("kind", "DEVICE")
                        .containsEntry("parent", "0")
                        .containsEntry("device", "gpu0"));
        assertThat(of(records, "link"))
                .filteredOn(link -> "0".equals(link.get("from_node")) && "1".equals(link.get("to_node")))
                .singleElement()
                .satisfies(link ->
                        assertThat(link).containsEntry("latency_ns", "800.0").containsEntry("latency_confidence", "A"));
    }

    @Test
    void shouldAgreeOnPagesFromVerbToVerb() throws IOException {
        json("run --live --workload stencil --size 6");
        List<Map<String, String>> spaces = json("spaces");
        long mapped = sum(of(spaces, "mapping"), "pages");
        long resident = sum(of(spaces, "resident"), "pages");
        List<Map<String, String>> runs = json("pages");
        assertThat(sum(runs, "pages")).isEqualTo(mapped);
        List<Map<String, String>> framed =
                runs.stream().filter(run -> !"null".equals(run.get("node"))).toList();
        assertThat(sum(framed, "pages")).isEqualTo(resident);
        assertThat(framed)
                .allSatisfy(run -> assertThat(run.entrySet().stream()
                                .filter(field -> field.getKey().startsWith("cause_"))
                                .mapToLong(field -> Long.parseLong(field.getValue()))
                                .sum())
                        .isEqualTo(Long.parseLong(run.get("pages"))));
        String address = framed.getFirst().get("start");
        assertThat(json("why " + address))
                .singleElement()
                .satisfies(page -> assertThat(page)
                        .containsEntry("address", address)
                        .containsEntry("node", framed.getFirst().get("node"))
                        .containsEntry("space_name", "stencil"));
    }

    private static long sum(List<Map<String, String>> records, String field) {
        return records.stream()
                .mapToLong(fields -> Long.parseLong(fields.get(field)))
                .sum();
    }

    @Test
    void shouldSayWhatARunDid() throws IOException {
        List<Map<String, String>> records = json("run --workload stencil --size 6 --policy cdm");
        assertThat(of(records, "run")).singleElement().satisfies(run -> {
            assertThat(run).containsEntry("policy", "cdm").containsEntry("right", "true");
            assertThat(run).containsEntry("modelled", "true");
            assertThat(Long.parseLong(run.get("elapsed_ns"))).isPositive();
        });
        assertThat(of(records, "counter"))
                .filteredOn(counter -> "device.gpu0.launches".equals(counter.get("name")))
                .singleElement()
                .satisfies(counter ->
                        assertThat(Long.parseLong(counter.get("value"))).isPositive());
    }

    @Test
    void shouldSayWhichPolicyIsActive() throws IOException {
        assertThat(of(json("policies --policy cdm"), "policy"))
                .filteredOn(policy -> !"null".equals(policy.get("active_as")))
                .singleElement()
                .satisfies(policy ->
                        assertThat(policy).containsEntry("name", "cdm").containsEntry("can_drive", "true"));
    }

    @Test
    void shouldQuoteTextAndLeaveAbsentFieldsEmpty() {
        var records = new Records();
        records.add("a").with("text", "one, \"two\"").with("none", null);
        records.add("b").with("figure", 1.5).with("flag", true);
        assertThat(records.csv()).isEqualTo("record,text,none,figure,flag\na,\"one, \"\"two\"\"\",,,\nb,,,1.5,true\n");
        assertThat(records.json().replaceAll("\\s+", ""))
                .isEqualTo("[{\"record\":\"a\",\"text\":\"one,\\\"two\\\"\",\"none\":null},"
                        + "{\"record\":\"b\",\"figure\":1.5,\"flag\":true}]");
    }
}
