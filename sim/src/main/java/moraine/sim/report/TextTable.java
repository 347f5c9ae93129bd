package moraine.sim.report;

import java.util.ArrayList;
import java.util.List;

/** A boxed table of text: headers of several lines, columns aligned left or right. */
final class TextTable {
    private final List<List<String>> headers = new ArrayList<>();
    private final List<Boolean> rights = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    void column(List<String> header, boolean right) {
        headers.add(header);
        rights.add(right);
    }

    /** Adds a row with a cell for each column. */
    void row(List<String> cells) {
        rows.add(cells);
    }

    @Override
    public String toString() {
        int[] widths = new int[headers.size()];
        for (int column = 0; column < widths.length; column++) {
            for (String line : headers.get(column)) {
                widths[column] = Math.max(widths[column], line.length());
            }
            for (List<String> row : rows) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        var text = new StringBuilder();
        rule(text, widths);
        int lines = headers.stream().mapToInt(List::size).max().orElse(0);
        for (int line = 0; line < lines; line++) {
            int at = line;
            line(
                    text,
                    widths,
                    headers.stream().map(h -> at < h.size() ? h.get(at) : "").toList());
        }
        rule(text, widths);
        rows.forEach(row -> line(text, widths, row));
        rule(text, widths);
        return text.toString();
    }

    private static void rule(StringBuilder text, int[] widths) {
        for (int width : widths) {
            text.append('+').append("-".repeat(width + 2));
        }
        text.append("+\n");
    }

    private void line(StringBuilder text, int[] widths, List<String> cells) {
        for (int column = 0; column < widths.length; column++) {
            String padding = " ".repeat(widths[column] - cells.get(column).length());
            text.append("| ");
            text.append(rights.get(column) ? padding + cells.get(column) : cells.get(column) + padding)
                    .append(' ');
        }
        text.append("|\n");
    }
}
