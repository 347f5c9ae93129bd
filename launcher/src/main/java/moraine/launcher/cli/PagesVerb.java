package moraine.launcher.cli;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Machine;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.VmaInfo;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "pages",
        description =
                "Shows where the pages of a mapping are: runs of neighbours in one place, and what put them there.",
        footer = {"", MachineVerb.FOOTER})
final class PagesVerb extends MachineVerb {
    @Parameters(
            arity = "0..1",
            paramLabel = "ADDRESS",
            description = "any address of the mapping; all mappings of the space unless given")
    @Nullable
    String address;

    @Option(names = "--space", paramLabel = "ID", description = "address space, as verb spaces shows it")
    @Nullable
    Integer space;

    @Option(
            names = "--limit",
            paramLabel = "PAGES",
            description = "most pages to look at in a mapping (default ${DEFAULT-VALUE})",
            defaultValue = "1000000")
    int limit;

    PagesVerb(Workbench workbench, Console console) {
        super(workbench, console);
    }

    @Override
    public Integer call() {
        if (limit < 1) {
            throw Texts.bad("--limit " + limit + " is below 1; give the most pages to look at");
        }
        format.format();
        Long wanted = address == null ? null : Texts.parseAddress(address);
        Machine machine = machineInUse();
        AddressSpace chosen = space(machine, space, wanted);
        List<PageInfo> pages = new ArrayList<>();
        for (VmaInfo vma : chosen.info().mappings()) {
            if (wanted == null || contains(vma, wanted)) {
                pages.addAll(chosen.pages(vma.start(), vma.end() - vma.start(), limit));
            }
        }
        console.out().print(format.text(() -> PagesText.of(pages), () -> MachineRecords.pages(pages)));
        return ExitStatus.DONE;
    }
}
