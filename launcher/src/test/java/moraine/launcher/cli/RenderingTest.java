package moraine.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.Cause;
import moraine.core.api.model.DaemonInfo;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Parameter;
import moraine.core.api.model.PluginInfo;
import moraine.core.api.model.PolicyInfo;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.Rank;
import moraine.core.api.model.Sharing;
import moraine.core.api.model.SpaceInfo;
import moraine.core.api.model.TopologyProfile;
import moraine.core.api.model.Tunable;
import moraine.core.api.model.Verdict;
import moraine.core.api.model.VmaInfo;
import org.junit.jupiter.api.Test;

/** What each verb prints, against records written down by hand. */
final class RenderingTest {
    private static final long BASE = 0x7f0000000000L;

    private static PageInfo page(int index, PageState state, int node, Cause cause) {
        return new PageInfo(
                BASE + index * 4096L,
                state,
                node,
                node < 0 ? "" : node == 0 ? "system-ram" : "device-private",
                node < 0 ? -1 : 4096 + index,
                0,
                true,
                false,
                1,
                1_000_000,
                "moraine.core.impl 0.1.0",
                cause,
                node == 0 ? -1 : 0,
                node == 0 ? 0 : 4096);
    }

    @Test
    void shouldShowNodesAndLinks() {
        var node = new NodeSpec(0, "grace", NodeKind.CPU, null, Quantity.assumed(1, "GiB"));
        var device = new NodeSpec(1, "hopper", NodeKind.DEVICE, 0, Quantity.assumed(1, "GiB"));
        var edge = new AccessEdge(
                0,
                1,
                new Quantity(800, "ns", "a paper", Quantity.Confidence.A),
                new Quantity(297.5, "GB/s", "a paper", Quantity.Confidence.B),
                Quantity.assumed(377, "GB/s"),
                Quantity.assumed(0.8, ""));
        var profile = new TopologyProfile(
                "small", "two nodes", List.of(node, device), List.of(), List.of(edge), List.of(), List.of());
        var nodes = List.of(
                new NodeInfo(0, "grace", NodeKind.CPU, "", MemoryType.SYSTEM, 262144, 260000, 2144, 10, 20, 30),
                new NodeInfo(1, "hopper", NodeKind.DEVICE, "gpu0", MemoryType.SYSTEM, 16384, 16384, 0, 4, 8, 12));

        assertThat(columns(NodesText.of(profile, "hmm", nodes)))
                .containsExactly(
                        "profile small: two nodes",
                        "policy hmm",
                        "",
                        "node|name|kind|below|device|memory type|capacity|free pages|peak used pages"
                                + "|min/low/high pages",
                        "0|grace|CPU|-|-|system-ram|1 GiB|260,000|2,144|10/20/30",
                        "1|hopper|DEVICE|node 0|gpu0|system-ram|64 MiB|16,384|0|4/8/12",
                        "",
                        "from node|to memory of node|latency|read|write|confidence",
                        "0|1|800 ns|297.5 GB/s|377 GB/s|A/B/C");
    }

    /** {@return lines with a bar between columns} */
    private static List<String> columns(String text) {
        return text.lines().map(line -> line.strip().replaceAll(" {2,}", "|")).toList();
    }

    @Test
    void shouldShowSpacesWithTheirMappings() {
        var mappings = List.of(
                new VmaInfo(BASE, BASE + 8 * 4096, Protection.READ_WRITE, Sharing.PRIVATE, MemoryPolicy.DEFAULT),
                new VmaInfo(BASE + 0x10000, BASE + 0x11000, Protection.READ, Sharing.SHARED, MemoryPolicy.bind(1)));
        var space = new SpaceInfo(3, "demo", "default", mappings, List.of(6L, 0L, 1L));

        assertThat(SpacesText.of(List.of(space))).isEqualTo("""
                space 3 demo, tenant default, resident: 6 pages on node 0, 1 page on node 2
                start           end             pages  access       sharing  policy
                0x7f0000000000  0x7f0000008000      8  read, write  private  -
                0x7f0000010000  0x7f0000011000      1  read         shared   bind {1}
                """);
        assertThat(SpacesText.of(List.of())).isEqualTo("no address spaces\n");
    }

    @Test
    void shouldJoinNeighboursInTheSamePlace() {
        var pages = List.of(
                page(0, PageState.PRESENT, 0, Cause.FIRST_TOUCH),
                page(1, PageState.PRESENT, 0, Cause.COPY_ON_WRITE),
                page(2, PageState.DEVICE_PRIVATE, 1, Cause.COHERENCE),
                page(3, PageState.DEVICE_PRIVATE, 1, Cause.PREFETCH),
                page(4, PageState.DEVICE_PRIVATE, 1, Cause.PREFETCH),
                page(6, PageState.DEVICE_PRIVATE, 1, Cause.COHERENCE),
                page(7, PageState.ZERO, -1, Cause.FIRST_TOUCH));

        assertThat(columns(PagesText.of(pages)))
                .containsExactly(
                        "start|end|pages|state|node|memory type|put there by|pages by cause",
                        "0x7f0000000000|0x7f0000002000|2|PRESENT|0|system-ram|moraine.core.impl 0.1.0"
                                + "|FIRST_TOUCH 1, COPY_ON_WRITE 1",
                        "0x7f0000002000|0x7f0000005000|3|DEVICE_PRIVATE|1|device-private|moraine.core.impl 0.1.0"
                                + "|COHERENCE 1, PREFETCH 2",
                        "0x7f0000006000|0x7f0000007000|1|DEVICE_PRIVATE|1|device-private|moraine.core.impl 0.1.0"
                                + "|COHERENCE 1",
                        "0x7f0000007000|0x7f0000008000|1|ZERO|-|-|-|-");
        assertThat(PagesText.of(List.of())).isEqualTo("no pages\n");
    }

    @Test
    void shouldSayWhyAPageIsWhereItIs() {
        var text = new WhyText(node -> node == 0 ? "grace" : "hopper", 4_500_000);

        assertThat(text.of("space 3 (demo)", page(2, PageState.DEVICE_PRIVATE, 1, Cause.COHERENCE)))
                .isEqualTo("page 0x7f0000002000 of space 3 (demo): on node 1 (hopper), memory type device-private,"
                        + " frame 4098; entry DEVICE_PRIVATE, writable, clean, 1 mapping\n"
                        + "  moved to the processor that touched it (COHERENCE) by moraine.core.impl 0.1.0, 3.5 ms ago;"
                        + " it came from node 0 (grace); cost about 4.1 us\n");
        assertThat(text.of("space 3 (demo)", page(0, PageState.PRESENT, 0, Cause.FIRST_TOUCH)))
                .endsWith("placed on first touch (FIRST_TOUCH) by moraine.core.impl 0.1.0, 3.5 ms ago;"
                        + " it was made there\n");
        assertThat(text.of("space 3 (demo)", page(9, PageState.NONE, -1, Cause.FIRST_TOUCH)))
                .isEqualTo("page 0x7f0000009000 of space 3 (demo): nobody has touched it yet, so it has no frame\n");
    }

    @Test
    void shouldShowPoliciesAndHowEarlierOnesEnded() {
        var policies = List.of(
                new PolicyInfo("cdm", "moraine.policy.cdm 0.1.0", false, Verdict.no("device gpu0 is not coherent")),
                new PolicyInfo("first-touch", "moraine.policy.firsttouch 0.1.0", false, Verdict.YES),
                new PolicyInfo("hmm", "moraine.policy.hmm 0.1.0", true, Verdict.YES));
        var exit = new ExitRecord(
                "cdm", "moraine.policy.cdm 0.1.0", ExitRecord.BY_OPERATOR, "exchanged", "", "", 2_000_000_000L);

        assertThat(columns(PoliciesText.of("hmm(migratePages=64)", policies, List.of(exit))))
                .containsExactly(
                        "policy|bundle|state",
                        "cdm|moraine.policy.cdm 0.1.0|cannot drive this machine: device gpu0 is not coherent",
                        "first-touch|moraine.policy.firsttouch 0.1.0|available",
                        "hmm|moraine.policy.hmm 0.1.0|active as hmm(migratePages=64)",
                        "",
                        "ended|bundle|after|reason",
                        "cdm|moraine.policy.cdm 0.1.0|2 s|exchanged");
    }

    @Test
    void shouldShowTunables() {
        var tunables = List.of(
                new Tunable("range.timeout", "ms", 2000, 1000, 1, 600_000, "how long it is repeated", "Linux"),
                new Tunable("thrash.losses", "losses", 3, 3, 1, 127, "what makes a page thrash", "UVM"));

        assertThat(TunablesText.of(tunables)).isEqualTo("""
                tunable        value  unit    usual        bounds  does                      usual value from
                range.timeout  2,000  ms      1,000  1 to 600,000  how long it is repeated   Linux
                thrash.losses      3  losses      3      1 to 127  what makes a page thrash  UVM
                """);
        assertThat(MachineRecords.tunables(tunables).csv()).isEqualTo("""
                record,name,unit,value,usual,least,most,description,source
                tunable,range.timeout,ms,2000,1000,1,600000,how long it is repeated,Linux
                tunable,thrash.losses,losses,3,3,1,127,what makes a page thrash,UVM
                """);
    }

    @Test
    void shouldShowParameters() {
        var plugins = List.of(
                new PluginInfo(
                        "daemon",
                        "reclaim",
                        "r 1.0",
                        List.of(
                                Parameter.amount("age", 1, 1, 2550, "rounds", "before a page leaves"),
                                Parameter.choice("order", Rank.LATENCY, "order"))),
                new PluginInfo("driver", "plain", "p 1.0", List.of()));

        assertThat(ParametersText.of(plugins)).isEqualTo("""
                daemon reclaim, r 1.0
                  parameter  values                usual    does
                  age        1 to 2,550 rounds     1        before a page leaves
                  order      latency or bandwidth  latency  order

                driver plain, p 1.0
                  takes no parameters
                """);
        assertThat(MachineRecords.parameters(plugins).csv()).isEqualTo("""
                record,kind,plugin,bundle,name,type,least,most,unit,choices,values,usual,description
                parameter,daemon,reclaim,r 1.0,age,amount,1,2550,rounds,,"1 to 2,550 rounds",1,before a page leaves
                parameter,daemon,reclaim,r 1.0,order,choice,,,,latency|bandwidth,latency or bandwidth,latency,order
                """);
    }

    @Test
    void shouldShowDaemons() {
        var daemons = List.of(
                new DaemonInfo("reclaim", "r 1.0", 12, 3456, 78, 90_000, DaemonInfo.State.RUNNING, ""),
                DaemonInfo.idle("merge", "", DaemonInfo.State.ABSENT, "install it"));

        assertThat(columns(DaemonsText.of(daemons)))
                .containsExactly(
                        "daemon|bundle|state|ticks|in ticks|pages met|pages moved",
                        "reclaim|r 1.0|running|12|90 us|3,456|78",
                        "merge|absent|0|0 ns|0|0|install it");
        assertThat(MachineRecords.daemons(daemons).csv()).isEqualTo("""
                record,name,bundle,state,reason,ticks,spent_ns,scanned_pages,acted_pages
                daemon,reclaim,r 1.0,RUNNING,,12,90000,3456,78
                daemon,merge,,ABSENT,install it,0,0,0,0
                """);
    }

    @Test
    void shouldShowWhatAnExchangeDid() {
        var report = new ExchangeReport("hmm", "cdm", ExchangeReport.Kind.EXCHANGED, "", 1000, 12, 3, 45_600);

        assertThat(PoliciesText.exchange(report, 1234)).isEqualTo("""
                old policy         hmm
                new policy         cdm
                pages converted    1,000
                pages migrated     12
                pages of old type  3
                pages on devices   1,234
                longest pause      45.6 us
                """);
        assertThat(MachineRecords.exchange(report, 1234).csv()).isEqualTo("""
                record,old,new,converted_pages,migrated_pages,kept_pages,device_pages,pause_ns
                exchange,hmm,cdm,1000,12,3,1234,45600
                """);
    }
}
