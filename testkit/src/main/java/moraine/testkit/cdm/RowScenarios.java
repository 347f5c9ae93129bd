package moraine.testkit.cdm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Each requester gets what the strategy says; some answers are not the strategy's to choose. */
final class RowScenarios {
    /** What isolation means, whoever provides it. */
    private static final Map<Requester, String> DEMANDED = new EnumMap<>(Map.of(
            Requester.BUFFER, "0",
            Requester.DEFAULT, "0",
            Requester.EXHAUSTED, "0 8 ENOMEM",
            Requester.CONFINED, "EINVAL",
            Requester.MERGING, "no"));

    private RowScenarios() {}

    static List<Scenario> all() {
        return Stream.of(Requester.values())
                .map(requester ->
                        Scenario.always("row_" + requester.name().toLowerCase(Locale.ROOT), rig -> ask(rig, requester)))
                .toList();
    }

    private static void ask(Rig rig, Requester requester) {
        String claimed = rig.strategy().answers().get(requester);
        assertThat(claimed)
                .as("what %s says of: %s", rig.strategy().name(), requester.text())
                .isNotNull()
                .isEqualTo(DEMANDED.getOrDefault(requester, claimed));
        assertThat(requester.ask(rig.on(requester.allowed())))
                .as(requester.text())
                .isEqualTo(claimed);
    }
}
