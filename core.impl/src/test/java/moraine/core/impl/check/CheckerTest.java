package moraine.core.impl.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Plants a fault of each kind and sees it named, and nothing else; takes it away and sees nothing. */
final class CheckerTest {
    static List<Planting> plantings() {
        return Plantings.all();
    }

    @ParameterizedTest
    @MethodSource("plantings")
    void shouldNameWhatIsBroken(Planting planting) {
        try (var scene = new Scene()) {
            assertThat(scene.broken()).isEmpty();
            Runnable undo = planting.plant().apply(scene);
            Set<String> reported = scene.broken();
            undo.run();
            assertThat(reported).isEqualTo(planting.reported());
            assertThat(scene.broken()).as("after the fault was taken away").isEmpty();
        }
    }

    @Test
    void shouldHaveAPlantingForEveryInvariant() {
        Set<String> planted =
                Plantings.all().stream().map(Planting::invariant).collect(Collectors.toCollection(TreeSet::new));
        assertThat(planted).isEqualTo(new TreeSet<>(Invariants.ALL.keySet()));
    }
}
