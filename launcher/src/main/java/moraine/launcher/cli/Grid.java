package moraine.launcher.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A table for people: a header row, columns as wide as they need, those with numbers to the right. */
final class Grid {
    private final List<String> header;
    private final List<List<String>> rows = new ArrayList<>();

    /** Makes a table; a column whose title starts with {@code >} is set to the right. */
    Grid(String... titles) {
        header = Arrays.asList(titles);
    }

    Grid row(Object... cells) {
        rows.add(Arrays.stream(cells).map(String::valueOf).toList());
        return this;
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        append(text, header.stream().map(Grid::title).toList());
        rows.forEach(row -> append(text, row));
        return text.toString();
    }

    private void append(StringBuilder text, List<String> cells) {
        var line = new StringBuilder();
        for (int column = 0; column < cells.size(); column++) {
            String pad = " ".repeat(width(column) - cells.get(column).length());
            line.append(column == 0 ? "" : "  ");
            line.append(right(column) ? pad + cells.get(column) : cells.get(column) + pad);
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private int width(int column) {
        int widest =
                rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
        return Math.max(widest, title(header.get(column)).length());
    }

    private boolean right(int column) {
        return header.get(column).startsWith(">");
    }

    private static String title(String title) {
        return title.startsWith(">") ? title.substring(1) : title;
    }
}
