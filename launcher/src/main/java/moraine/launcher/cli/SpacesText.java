package moraine.launcher.cli;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Sharing;
import moraine.core.api.model.SpaceInfo;
import moraine.core.api.model.VmaInfo;

/** Address spaces and their mappings, for people. */
final class SpacesText {
    private SpacesText() {}

    static String of(List<SpaceInfo> spaces) {
        if (spaces.isEmpty()) {
            return "no address spaces\n";
        }
        return spaces.stream().map(SpacesText::space).collect(Collectors.joining("\n"));
    }

    private static String space(SpaceInfo space) {
        var grid = new Grid("start", "end", ">pages", "access", "sharing", "policy");
        for (VmaInfo vma : space.mappings()) {
            grid.row(
                    Texts.address(vma.start()),
                    Texts.address(vma.end()),
                    Texts.count(Pages.count(vma.end() - vma.start())),
                    access(vma),
                    vma.sharing() == Sharing.PRIVATE ? "private" : "shared",
                    policy(vma.policy()));
        }
        return "space " + space.id() + " " + space.name() + ", tenant " + space.tenant() + ", resident: "
                + resident(space.residentPages()) + "\n" + grid;
    }

    private static String access(VmaInfo vma) {
        return switch (vma.protection()) {
            case NONE -> "none";
            case READ -> "read";
            case READ_WRITE -> "read, write";
        };
    }

    private static String policy(MemoryPolicy policy) {
        return policy.mode() == MemoryPolicy.Mode.DEFAULT ? "-" : policy.toString();
    }

    private static String resident(List<Long> pages) {
        String text = IntStream.range(0, pages.size())
                .filter(node -> pages.get(node) > 0)
                .mapToObj(node -> Texts.pages(pages.get(node)) + " on node " + node)
                .collect(Collectors.joining(", "));
        return text.isEmpty() ? "nothing" : text;
    }
}
