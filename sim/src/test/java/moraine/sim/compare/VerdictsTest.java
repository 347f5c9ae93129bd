package moraine.sim.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import moraine.sim.ComparisonRow;
import moraine.sim.time.Spent;
import org.junit.jupiter.api.Test;

final class VerdictsTest {
    private static List<Verdicts.Played> runs(List<ComparisonRow> rows) {
        return rows.stream().map(row -> new Verdicts.Played(row, Map.of())).toList();
    }

    @Test
    void shouldSayWhereTheDifferenceComesFrom() {
        var slow =
                new Verdicts.Played(row("slow", 9_000_000, 1), Map.of(Spent.DEVICE_FAULTS, 2e6, Spent.TO_DEVICE, 7e6));
        var fast = new Verdicts.Played(row("fast", 4_000_000, 2), Map.of(Spent.DEVICE_FAULTS, 4e6));

        List<ComparisonRow> done = new Verdicts(List.of(slow, fast), false).complete();

        assertThat(done.get(0).explanation())
                .isEqualTo("It ran. It takes 5.000 ms more than fast; where it differs most, pages moved to the device"
                        + " (7.000 ms more).");
        assertThat(done.get(1).explanation()).isEqualTo("It ran.");
    }

    private static ComparisonRow row(String policy, long ns, long peak) {
        return new ComparisonRow(policy, List.of(ns, 0.0, 1L, 1L, 1L, 1L, 1L, 1L, peak), true, "It ran.");
    }

    @Test
    void shouldRelateEachToTheFastest() {
        var rows = List.of(row("a", 300, 1), row("b", 200, 2), new ComparisonRow("c", List.of(), true, "It cannot."));
        List<ComparisonRow> done = new Verdicts(runs(rows), false).complete();
        assertThat(done.get(0).values().get(Metrics.RATIO)).isEqualTo(1.5);
        assertThat(done.get(1).values().get(Metrics.RATIO)).isEqualTo(1.0);
        assertThat(done.get(2)).isEqualTo(rows.get(2));
        assertThat(done.get(0).explanation()).isEqualTo("It ran.");
    }

    @Test
    void shouldSayWhyRowsAreEqual() {
        var unused = List.of(row("a", 300, 0), row("b", 300, 0));
        assertThat(new Verdicts(runs(unused), false).complete().get(1).explanation())
                .startsWith("Equal to a, because neither placed a page in the device's memory");
        assertThat(new Verdicts(runs(unused), true).complete().get(1).explanation())
                .startsWith("Equal to a, because the machine has no device");
        var used = List.of(row("a", 300, 7), row("b", 300, 7));
        assertThat(new Verdicts(runs(used), false).complete().get(1).explanation())
                .startsWith("Equal to a, because they placed and moved every page alike");
        var different = List.of(row("a", 300, 7), row("b", 300, 8));
        assertThat(new Verdicts(runs(different), false).complete().get(1).explanation())
                .isEqualTo("It ran.");
    }
}
