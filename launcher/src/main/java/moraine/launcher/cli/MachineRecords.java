package moraine.launcher.cli;

import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.DaemonInfo;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameter;
import moraine.core.api.model.PluginInfo;
import moraine.core.api.model.PolicyInfo;
import moraine.core.api.model.SpaceInfo;
import moraine.core.api.model.TopologyProfile;
import moraine.core.api.model.Tunable;
import moraine.core.api.model.VmaInfo;
import org.jspecify.annotations.Nullable;

/** A machine, its spaces and pages, for programs. */
final class MachineRecords {
    private MachineRecords() {}

    /** {@return what there is of the machine: itself, each node, each link} */
    static Records nodes(TopologyProfile profile, String policy, List<NodeInfo> nodes) {
        var records = new Records();
        records.add("machine")
                .with("profile", profile.name())
                .with("summary", profile.summary())
                .with("policy", policy);
        nodes.forEach(node -> node(records, profile, node));
        profile.accesses().forEach(edge -> link(records, edge));
        return records;
    }

    private static void node(Records records, TopologyProfile profile, NodeInfo node) {
        records.add("node")
                .with("node", node.id())
                .with("name", node.name())
                .with("kind", node.kind())
                .with("parent", profile.node(node.id()).map(NodeSpec::parent).orElse(null))
                .with("device", node.device().isEmpty() ? null : node.device())
                .with("memory_type", node.type().name())
                .with("capacity_bytes", node.pages() * Pages.SIZE)
                .with("free_pages", node.freePages())
                .with("peak_used_pages", node.peakUsedPages())
                .with("min_pages", node.minPages())
                .with("low_pages", node.lowPages())
                .with("high_pages", node.highPages());
    }

    private static void link(Records records, AccessEdge edge) {
        records.add("link")
                .with("from_node", edge.initiator())
                .with("to_node", edge.node())
                .with("latency_ns", edge.latency().value())
                .with("latency_confidence", edge.latency().confidence())
                .with("read_gb_per_s", edge.read().value())
                .with("read_confidence", edge.read().confidence())
                .with("write_gb_per_s", edge.write().value())
                .with("write_confidence", edge.write().confidence());
    }

    /** {@return each space, its resident pages by node, its mappings} */
    static Records spaces(List<SpaceInfo> spaces) {
        var records = new Records();
        for (SpaceInfo space : spaces) {
            records.add("space")
                    .with("space", space.id())
                    .with("name", space.name())
                    .with("tenant", space.tenant());
            for (int node = 0; node < space.residentPages().size(); node++) {
                long pages = space.residentPages().get(node);
                if (pages > 0) {
                    records.add("resident")
                            .with("space", space.id())
                            .with("node", node)
                            .with("pages", pages);
                }
            }
            space.mappings().forEach(vma -> mapping(records, space.id(), vma));
        }
        return records;
    }

    private static void mapping(Records records, int space, VmaInfo vma) {
        records.add("mapping")
                .with("space", space)
                .with("start", Texts.address(vma.start()))
                .with("end", Texts.address(vma.end()))
                .with("pages", Pages.count(vma.end() - vma.start()))
                .with("access", vma.protection())
                .with("sharing", vma.sharing())
                .with("policy", vma.policy().mode())
                .with("policy_nodes", vma.policy().nodes());
    }

    /** {@return each policy, then each that ended} */
    static Records policies(String active, List<PolicyInfo> policies, List<ExitRecord> exits) {
        var records = new Records();
        for (PolicyInfo policy : policies) {
            records.add("policy")
                    .with("name", policy.name())
                    .with("bundle", policy.bundle())
                    .with("active_as", policy.active() ? active : null)
                    .with("can_drive", policy.verdict().accepted())
                    .with(
                            "reason",
                            policy.verdict().accepted()
                                    ? null
                                    : policy.verdict().reason());
        }
        for (ExitRecord exit : exits) {
            records.add("exit")
                    .with("name", exit.instance())
                    .with("bundle", exit.bundle())
                    .with("reason", exit.reason())
                    .with("kind", exit.kind())
                    .with("uptime_ns", exit.uptimeNs());
        }
        return records;
    }

    /** {@return each daemon} */
    static Records daemons(List<DaemonInfo> daemons) {
        var records = new Records();
        daemons(records, daemons);
        return records;
    }

    /** Adds a record of each daemon. */
    static void daemons(Records records, List<DaemonInfo> daemons) {
        for (DaemonInfo daemon : daemons) {
            records.add("daemon")
                    .with("name", daemon.name())
                    .with("bundle", daemon.bundle().isEmpty() ? null : daemon.bundle())
                    .with("state", daemon.state())
                    .with("reason", daemon.reason().isEmpty() ? null : daemon.reason())
                    .with("ticks", daemon.ticks())
                    .with("spent_ns", daemon.spentNs())
                    .with("scanned_pages", daemon.scannedPages())
                    .with("acted_pages", daemon.actedPages());
        }
    }

    /** {@return each tunable} */
    static Records tunables(List<Tunable> tunables) {
        var records = new Records();
        for (Tunable tunable : tunables) {
            records.add("tunable")
                    .with("name", tunable.name())
                    .with("unit", tunable.unit())
                    .with("value", tunable.value())
                    .with("usual", tunable.usual())
                    .with("least", tunable.least())
                    .with("most", tunable.most())
                    .with("description", tunable.description())
                    .with("source", tunable.source());
        }
        return records;
    }

    /** {@return what plug-ins may be given} */
    static Records parameters(List<PluginInfo> plugins) {
        var records = new Records();
        for (PluginInfo plugin : plugins) {
            for (Parameter parameter : plugin.parameters()) {
                var fields = records.add("parameter")
                        .with("kind", plugin.kind())
                        .with("plugin", plugin.name())
                        .with("bundle", plugin.bundle())
                        .with("name", parameter.name());
                values(fields, parameter);
                fields.with("usual", parameter.usual()).with("description", parameter.description());
            }
        }
        return records;
    }

    private static void values(Records.Fields fields, Parameter parameter) {
        switch (parameter) {
            case Parameter.Flag _ -> values(fields, "flag", "true|false");
            case Parameter.Amount a -> values(fields, "amount", a.least(), a.most(), a.unit());
            case Parameter.Power p -> values(fields, "power of two", p.least(), p.most(), p.unit());
            case Parameter.Choice<?> c -> values(fields, "choice", String.join("|", c.choices()));
            case Parameter.Text _ -> values(fields, "text", /* choices= */ null);
        }
        fields.with("values", parameter.values());
    }

    private static void values(Records.Fields fields, String type, @Nullable String choices) {
        fields.with("type", type)
                .with("least", null)
                .with("most", null)
                .with("unit", null)
                .with("choices", choices);
    }

    private static void values(Records.Fields fields, String type, long least, long most, String unit) {
        fields.with("type", type)
                .with("least", least)
                .with("most", most)
                .with("unit", unit)
                .with("choices", null);
    }

    /**
     * {@return what an exchange did}
     *
     * @param devicePages pages in use on devices after it
     */
    static Records exchange(ExchangeReport report, long devicePages) {
        var records = new Records();
        records.add("exchange")
                .with("old", report.old())
                .with("new", report.now())
                .with("converted_pages", report.convertedPages())
                .with("migrated_pages", report.migratedPages())
                .with("kept_pages", report.keptPages())
                .with("device_pages", devicePages)
                .with("pause_ns", report.pauseNs());
        return records;
    }

    /** {@return each run of neighbours in one place, with a count by cause} */
    static Records pages(List<PageInfo> pages) {
        var records = new Records();
        for (List<PageInfo> run : PagesText.runs(pages)) {
            PageInfo first = run.getFirst();
            boolean framed = first.node() >= 0;
            var fields = records.add("run")
                    .with("start", Texts.address(first.address()))
                    .with("end", Texts.address(run.getLast().address() + Pages.SIZE))
                    .with("pages", run.size())
                    .with("state", first.state())
                    .with("order", first.order())
                    .with("node", framed ? first.node() : null)
                    .with("memory_type", framed ? first.type() : null)
                    .with("movers", framed ? PagesText.movers(run) : null);
            if (framed) {
                PagesText.byCause(run)
                        .forEach((cause, count) ->
                                fields.with("cause_" + cause.name().toLowerCase(Locale.ROOT), count));
            }
        }
        return records;
    }

    /** {@return each page; its history is empty where it has no frame} */
    static Records why(SpaceInfo space, List<PageInfo> pages, IntFunction<String> nodeNames, long nowNs) {
        var records = new Records();
        for (PageInfo page : pages) {
            boolean framed = page.node() >= 0;
            var fields = records.add("page")
                    .with("address", Texts.address(page.address()))
                    .with("space", space.id())
                    .with("space_name", space.name())
                    .with("state", page.state())
                    .with("node", framed ? page.node() : null)
                    .with("node_name", framed ? nodeNames.apply(page.node()) : null);
            history(fields, framed ? page : null, nowNs);
        }
        return records;
    }

    private static void history(Records.Fields fields, @Nullable PageInfo page, long nowNs) {
        fields.with("memory_type", page == null ? null : page.type())
                .with("frame", page == null ? null : page.pfn())
                .with("order", page == null ? null : page.order())
                .with("writable", page == null ? null : page.writable())
                .with("dirty", page == null ? null : page.dirty())
                .with("mappings", page == null ? null : page.mappings())
                .with("cause", page == null ? null : page.cause())
                .with("mover", page == null ? null : page.mover())
                .with("age_ns", page == null ? null : Math.max(0, nowNs - page.sinceNs()))
                .with("previous_node", page == null || page.previousNode() < 0 ? null : page.previousNode())
                .with("cost_ns", page == null ? null : page.costNs());
    }
}
