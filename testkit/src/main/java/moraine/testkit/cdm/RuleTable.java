package moraine.testkit.cdm;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Who gets what under which placement policy, as a table: after a line of headings, each line names a {@link Requester}
 * and what it gets under each policy; columns are parted by {@code |}.
 */
public final class RuleTable {
    private RuleTable() {}

    /**
     * One cell.
     *
     * @param policy instance name of a placement policy
     * @param expected what the requester gets
     */
    public record Cell(Requester requester, String policy, String expected) {
        @Override
        public String toString() {
            return requester.text() + " under " + policy + ": " + expected;
        }
    }

    /**
     * {@return all cells, in the order of the lines}
     *
     * @param policies instance names, in the order of the columns
     */
    public static Stream<Cell> cells(String table, String... policies) {
        return table.lines()
                .skip(1)
                .map(RuleTable::columns)
                .flatMap(line -> IntStream.range(0, policies.length)
                        .mapToObj(i -> new Cell(Requester.of(line.getFirst()), policies[i], line.get(i + 1))));
    }

    /**
     * {@return what each requester gets in one column}
     *
     * @param heading of the column
     */
    public static Map<Requester, String> column(String table, String heading) {
        List<String> headings = columns(table.lines().findFirst().orElse(""));
        int at = headings.indexOf(heading);
        if (at < 1) {
            throw new IllegalArgumentException("no column is headed '" + heading + "'; there are " + headings);
        }
        return table.lines()
                .skip(1)
                .map(RuleTable::columns)
                .collect(Collectors.toMap(line -> Requester.of(line.getFirst()), line -> line.get(at)));
    }

    private static List<String> columns(String line) {
        return Arrays.stream(line.split("\\|")).skip(1).map(String::strip).toList();
    }
}
