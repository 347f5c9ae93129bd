package moraine.sim.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.sim.ComparisonRow;
import org.junit.jupiter.api.Test;

final class VerdictsTest {
    private static ComparisonRow row(String policy, long ns, long peak) {
        return new ComparisonRow(policy, List.of(ns, 0.0, 1L, 1L, 1L, 1L, 1L, 1L, peak), true, "It ran.");
    }

    @Test
    void shouldRelateEachToTheFastest() {
        var rows = List.of(row("a", 300, 1), row("b", 200, 2), new ComparisonRow("c", List.of(), true, "It cannot."));
        List<ComparisonRow> done = new Verdicts(rows, false).complete();
        assertThat(done.get(0).values().get(Metrics.RATIO)).isEqualTo(1.5);
        assertThat(done.get(1).values().get(Metrics.RATIO)).isEqualTo(1.0);
        assertThat(done.get(2)).isEqualTo(rows.get(2));
        assertThat(done.get(0).explanation()).isEqualTo("It ran.");
    }

    @Test
    void shouldSayWhyRowsAreEqual() {
        var unused = List.of(row("a", 300, 0), row("b", 300, 0));
        assertThat(new Verdicts(unused, false).complete().get(1).explanation())
                .startsWith("Equal to a, because neither placed a page in the device's memory");
        assertThat(new Verdicts(unused, true).complete().get(1).explanation())
                .startsWith("Equal to a, because the machine has no device");
        var used = List.of(row("a", 300, 7), row("b", 300, 7));
        assertThat(new Verdicts(used, false).complete().get(1).explanation())
                .startsWith("Equal to a, because they placed and moved every page alike");
        var different = List.of(row("a", 300, 7), row("b", 300, 8));
        assertThat(new Verdicts(different, false).complete().get(1).explanation())
                .isEqualTo("It ran.");
    }
}
