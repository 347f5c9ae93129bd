package moraine.launcher.cli;

import java.util.function.IntFunction;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.Pages;

/** Where a page is and why, in sentences. */
final class WhyText {
    private final IntFunction<String> nodeNames;
    private final long nowNs;

    /**
     * Explains pages of one machine.
     *
     * @param nodeNames name of a node by its id
     * @param nowNs the machine's time, for ages
     */
    WhyText(IntFunction<String> nodeNames, long nowNs) {
        this.nodeNames = nodeNames;
        this.nowNs = nowNs;
    }

    String of(String space, PageInfo page) {
        String head = "page " + Texts.address(page.address()) + " of " + space + ": ";
        return page.node() < 0 ? head + absent(page) + "\n" : head + place(page) + "\n  " + history(page) + "\n";
    }

    private static String absent(PageInfo page) {
        return switch (page.state()) {
            case NONE -> "nobody has touched it yet, so it has no frame";
            case ZERO -> "only read so far, so the shared zero page stands for it";
            default -> "no frame, state " + page.state();
        };
    }

    private String place(PageInfo page) {
        return "on " + node(page.node()) + ", memory type " + page.type() + ", frame " + page.pfn()
                + (page.order() == Pages.LARGE_ORDER ? " of a 2 MiB page" : "") + "; entry " + page.state()
                + (page.writable() ? ", writable" : ", read-only") + (page.dirty() ? ", dirty" : ", clean") + ", "
                + page.mappings() + (page.mappings() == 1 ? " mapping" : " mappings");
    }

    private String history(PageInfo page) {
        return page.cause().text() + " (" + page.cause() + ") by " + page.mover() + ", "
                + Texts.duration(Math.max(0, nowNs - page.sinceNs())) + " ago"
                + (page.previousNode() < 0 ? "; it was made there" : "; it came from " + node(page.previousNode()))
                + (page.costNs() == 0 ? "" : "; cost about " + Texts.duration(page.costNs()));
    }

    private String node(int id) {
        return "node " + id + " (" + nodeNames.apply(id) + ")";
    }
}
