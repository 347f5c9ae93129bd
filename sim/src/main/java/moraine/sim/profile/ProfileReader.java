package moraine.sim.profile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.CopyEdge;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.ProcessorSpec;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.TopologyProfile;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads a profile file. What is wrong with it is said in a line: file, path of the field, value, remedy. */
final class ProfileReader {
    private static final int MOST_NODES = 64;
    private static final int MOST_ALIASES = 1000;

    private final Field root;

    ProfileReader(String file, String yaml) {
        this(file, yaml, Map.of());
    }

    /** @param figures values to put in place of the file's, by the names of {@link FigureTree} */
    ProfileReader(String file, String yaml, Map<String, String> figures) {
        root = new Field(file, "", parse(file, yaml));
        var tree = new FigureTree(file, root.value());
        figures.forEach(tree::replace);
    }

    /** {@return the names of the file's figures} */
    List<String> figures() {
        return new FigureTree(root.file(), root.value()).names();
    }

    private static @Nullable Object parse(String file, String yaml) {
        var settings = LoadSettings.builder()
                .setLabel(file)
                .setMaxAliasesForCollections(MOST_ALIASES)
                .build();
        try {
            return new Load(settings).loadFromString(yaml);
        } catch (YamlEngineException e) {
            String problem = String.valueOf(e.getMessage()).lines().limit(3).collect(Collectors.joining("; "));
            throw new Field(file, "", null).error("is not YAML: " + problem);
        }
    }

    MachineProfile read() {
        root.only("name", "summary", "nodes", "processors", "access", "copies", "costs", "devices");
        List<NodeSpec> nodes =
                root.child("nodes").list().stream().map(this::node).toList();
        Set<Integer> ids = distinct(nodes);
        var topology = new TopologyProfile(
                root.child("name").text(),
                root.child("summary").text(),
                nodes,
                processors(ids),
                accesses(ids),
                copies(ids),
                root.child("devices").list().stream().map(d -> device(d, nodes)).toList());
        var profile = new MachineProfile(topology, costs(root.child("costs")));
        new ProfileChecks(root).check(profile);
        return profile;
    }

    private Set<Integer> distinct(List<NodeSpec> nodes) {
        Set<Integer> ids = nodes.stream().map(NodeSpec::id).collect(Collectors.toSet());
        if (ids.size() != nodes.size()) {
            throw root.child("nodes").error("has an id twice; give each node its own");
        }
        return ids;
    }

    private NodeSpec node(Field field) {
        field.only("id", "name", "kind", "parent", "bytes");
        int id = field.child("id").integer();
        if (id < 0 || id >= MOST_NODES) {
            throw field.child("id").error("is " + id + "; ids are 0 to 63");
        }
        Field parent = field.optional("parent");
        return new NodeSpec(
                id,
                field.child("name").text(),
                kind(field.child("kind")),
                parent == null ? null : parent.integer(),
                Units.SIZE.readPositive(field.child("bytes")));
    }

    private static NodeKind kind(Field field) {
        return switch (field.text().toLowerCase(Locale.ROOT)) {
            case "cpu" -> NodeKind.CPU;
            case "memory" -> NodeKind.MEMORY;
            case "device" -> NodeKind.DEVICE;
            default -> throw field.error("is " + field.text() + "; give cpu, memory or device");
        };
    }

    private List<ProcessorSpec> processors(Set<Integer> ids) {
        var all = new ArrayList<ProcessorSpec>();
        for (Field field : root.child("processors").list()) {
            field.only(
                    "node",
                    "cacheBytes",
                    "cacheWays",
                    "cacheLatency",
                    "outstanding",
                    "fault",
                    "faultEach",
                    "lineBytes");
            for (int node : known(field.child("node"), ids)) {
                all.add(processor(node, field));
            }
        }
        return all;
    }

    private static ProcessorSpec processor(int node, Field field) {
        return new ProcessorSpec(
                node,
                Units.SIZE.readPositive(field.child("cacheBytes")),
                Units.WAYS.readPositive(field.child("cacheWays")),
                Units.TIME.read(field.child("cacheLatency")),
                Units.LINES.readPositive(field.child("outstanding")),
                Units.TIME.read(field.child("fault")),
                Units.TIME.read(field.child("faultEach")),
                line(field.child("lineBytes")));
    }

    private static Quantity line(Field field) {
        Quantity line = Units.SIZE.readPositive(field);
        if (Long.bitCount((long) line.value()) != 1) {
            throw field.child("value").error("is " + line.value() + "; a cache line is a power of two");
        }
        return line;
    }

    private List<AccessEdge> accesses(Set<Integer> ids) {
        var all = new LinkedHashMap<List<Integer>, AccessEdge>();
        for (Field field : root.child("access").list()) {
            field.only("initiator", "node", "only", "except", "latency", "read", "write", "knee");
            for (var pair : pairs(field, "initiator", "node", ids)) {
                var edge = new AccessEdge(
                        pair.getFirst(),
                        pair.getLast(),
                        Units.TIME.readPositive(field.child("latency")),
                        Units.BANDWIDTH.readPositive(field.child("read")),
                        Units.BANDWIDTH.readPositive(field.child("write")),
                        knee(field.child("knee")));
                once(all, pair, edge, field);
            }
        }
        return List.copyOf(all.values());
    }

    private static Quantity knee(Field field) {
        Quantity knee = Units.SHARE.read(field);
        if (knee.value() >= 1) {
            throw field.child("value").error("is " + knee.value() + "; a knee is below 1");
        }
        return knee;
    }

    private List<CopyEdge> copies(Set<Integer> ids) {
        var all = new LinkedHashMap<List<Integer>, CopyEdge>();
        for (Field field : root.child("copies").list()) {
            field.only("from", "to", "only", "except", "startup", "perPage", "bandwidth");
            for (var pair : pairs(field, "from", "to", ids)) {
                var edge = new CopyEdge(
                        pair.getFirst(),
                        pair.getLast(),
                        Units.TIME.read(field.child("startup")),
                        Units.TIME.read(field.child("perPage")),
                        Units.BANDWIDTH.readPositive(field.child("bandwidth")));
                once(all, pair, edge, field);
            }
        }
        return List.copyOf(all.values());
    }

    private static <T> void once(Map<List<Integer>, T> all, List<Integer> pair, T edge, Field field) {
        if (all.put(pair, edge) != null) {
            throw field.error("gives the pair " + pair.getFirst() + ", " + pair.getLast() + " again; give it once");
        }
    }

    /** {@return all pairs of two fields' nodes; {@code only: same} and {@code except: same} choose among them} */
    private static List<List<Integer>> pairs(Field field, String first, String second, Set<Integer> ids) {
        boolean only = same(field.optional("only"));
        boolean except = same(field.optional("except"));
        var pairs = new ArrayList<List<Integer>>();
        for (int a : known(field.child(first), ids)) {
            for (int b : known(field.child(second), ids)) {
                if (a == b ? !except : !only) {
                    pairs.add(List.of(a, b));
                }
            }
        }
        return pairs;
    }

    private static boolean same(@Nullable Field field) {
        if (field != null && !field.text().equals("same")) {
            throw field.error("is " + field.text() + "; it takes nothing but: same");
        }
        return field != null;
    }

    private static List<Integer> known(Field field, Set<Integer> ids) {
        for (int node : field.integers()) {
            if (!ids.contains(node)) {
                throw field.error("is node " + node + ", which nodes does not list");
            }
        }
        return field.integers();
    }

    private static DeviceSpec device(Field field, List<NodeSpec> nodes) {
        field.only("name", "driver", "node", "parameters");
        int node = field.child("node").integer();
        if (nodes.stream().noneMatch(n -> n.id() == node && n.kind() == NodeKind.DEVICE)) {
            throw field.child("node").error("is " + node + ", which is no node of kind device");
        }
        var values = new LinkedHashMap<String, String>();
        field.child("parameters").map().forEach((k, v) -> values.put(String.valueOf(k), String.valueOf(v)));
        return new DeviceSpec(field.child("name").text(), field.child("driver").text(), node, new Parameters(values));
    }

    private static SoftwareCosts costs(Field field) {
        field.only("shootdown", "shootdownEach", "launch", "loadWindow", "copyEngines", "leastCache");
        return new SoftwareCosts(
                Units.TIME.read(field.child("shootdown")),
                Units.TIME.read(field.child("shootdownEach")),
                Units.TIME.read(field.child("launch")),
                Units.TIME.readPositive(field.child("loadWindow")),
                Units.ENGINES.readPositive(field.child("copyEngines")),
                Units.SIZE.readPositive(field.child("leastCache")));
    }
}
