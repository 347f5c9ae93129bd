package moraine.launcher.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import moraine.core.api.model.Cause;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.Pages;

/** Pages as runs of neighbours that are in the same place, for people. */
final class PagesText {
    private PagesText() {}

    static String of(List<PageInfo> pages) {
        var grid =
                new Grid("start", "end", ">pages", "state", ">node", "memory type", "put there by", "pages by cause");
        runs(pages).forEach(run -> row(grid, run));
        return pages.isEmpty() ? "no pages\n" : grid.toString();
    }

    /** {@return neighbours in the same place, put together} */
    static List<List<PageInfo>> runs(List<PageInfo> pages) {
        var runs = new ArrayList<List<PageInfo>>();
        int first = 0;
        for (int i = 1; i <= pages.size(); i++) {
            if (i == pages.size() || !continues(pages.get(i - 1), pages.get(i))) {
                runs.add(pages.subList(first, i));
                first = i;
            }
        }
        return runs;
    }

    private static boolean continues(PageInfo a, PageInfo b) {
        return a.address() + Pages.SIZE == b.address()
                && a.state() == b.state()
                && a.node() == b.node()
                && a.type().equals(b.type())
                && a.order() == b.order();
    }

    private static void row(Grid grid, List<PageInfo> run) {
        PageInfo first = run.getFirst();
        boolean framed = first.node() >= 0;
        grid.row(
                Texts.address(first.address()),
                Texts.address(run.getLast().address() + Pages.SIZE),
                Texts.count(run.size()),
                first.state() + (first.order() == Pages.LARGE_ORDER ? " 2 MiB" : ""),
                framed ? first.node() : "-",
                framed ? first.type() : "-",
                framed ? movers(run) : "-",
                framed ? causes(run) : "-");
    }

    static String movers(List<PageInfo> run) {
        return String.join(", ", run.stream().map(PageInfo::mover).collect(Collectors.toCollection(TreeSet::new)));
    }

    private static String causes(List<PageInfo> run) {
        return byCause(run).entrySet().stream()
                .map(entry -> entry.getKey() + " " + Texts.count(entry.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** {@return how many pages are where they are for each cause} */
    static Map<Cause, Integer> byCause(List<PageInfo> run) {
        Map<Cause, Integer> counts = new EnumMap<>(Cause.class);
        run.forEach(page -> counts.merge(page.cause(), 1, Integer::sum));
        return counts;
    }
}
