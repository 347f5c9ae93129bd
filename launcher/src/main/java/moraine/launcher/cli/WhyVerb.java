package moraine.launcher.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Machine;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.VmaInfo;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "why",
        description = "Says why a page is where it is: since when, who put it there, for what cause, at what cost.",
        footer = {"", MachineVerb.FOOTER})
final class WhyVerb extends MachineVerb {
    private static final int SAMPLE = 1_000_000;

    @Parameters(
            arity = "0..1",
            paramLabel = "ADDRESS",
            description = "an address of the page; without one, the first page of each kind of place and cause")
    @Nullable
    String address;

    @Option(names = "--space", paramLabel = "ID", description = "address space, as verb spaces shows it")
    @Nullable
    Integer space;

    WhyVerb(Workbench workbench, Console console) {
        super(workbench, console);
    }

    @Override
    public Integer call() {
        format.format();
        Long wanted = address == null ? null : Texts.parseAddress(address);
        Machine machine = machineInUse();
        AddressSpace chosen = space(machine, space, wanted);
        IntFunction<String> nodeNames =
                id -> machine.profile().node(id).map(NodeSpec::name).orElse("?");
        long nowNs = machine.environment().clock().nowNs();
        List<PageInfo> pages = wanted == null ? oneOfEach(chosen) : List.of(chosen.why(wanted));
        console.out()
                .print(format.text(
                        () -> text(new WhyText(nodeNames, nowNs), chosen, pages),
                        () -> MachineRecords.why(chosen.info(), pages, nodeNames, nowNs)));
        return ExitStatus.DONE;
    }

    private static String text(WhyText text, AddressSpace space, List<PageInfo> pages) {
        String name = "space " + space.id() + " (" + space.name() + ")";
        return pages.stream().map(page -> text.of(name, page)).collect(Collectors.joining());
    }

    private static List<PageInfo> oneOfEach(AddressSpace space) {
        Map<String, PageInfo> firsts = new LinkedHashMap<>();
        for (VmaInfo vma : space.info().mappings()) {
            for (PageInfo page : space.pages(vma.start(), vma.end() - vma.start(), SAMPLE)) {
                firsts.putIfAbsent(page.node() + " " + page.state() + " " + page.cause() + " " + page.mover(), page);
            }
        }
        return List.copyOf(firsts.values());
    }
}
