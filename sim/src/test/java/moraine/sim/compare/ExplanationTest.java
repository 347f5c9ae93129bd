package moraine.sim.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import moraine.core.api.model.DaemonInfo;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Step.Progress;
import moraine.sim.profile.Profiles;
import moraine.sim.time.VirtualEnvironment;
import org.junit.jupiter.api.Test;

final class ExplanationTest {
    private static final Map<String, Long> COUNTERS = Map.of("cpu.faults", 7L);

    private final VirtualEnvironment environment = new VirtualEnvironment(Profiles.load("gh200"), Map.of(), 1);

    private static DaemonInfo daemon(String name, long spentNs, long actedPages) {
        return new DaemonInfo(name, "d 1.0", 3, 9, actedPages, spentNs, DaemonInfo.State.RUNNING, "");
    }

    private String after(Cost cost, DaemonInfo... daemons) {
        environment.actors().startBeside("daemon", 0, self -> charge(Cost.FILE));
        var program = environment.actors().start("program", 0, self -> charge(cost));
        environment.actors().await(program::done, Long.MAX_VALUE);
        return Explanation.of(environment.actors().timeline(), COUNTERS, "asked for nothing", List.of(daemons));
    }

    private Progress charge(Cost cost) {
        environment.meter().charge(cost, 0, 0, 0, 1 << 20);
        return Progress.DONE;
    }

    @Test
    void shouldSayWhatDaemonsDidAfterWhatTheProgramDid() {
        assertThat(after(Cost.COMPUTE, daemon("reclaim", 1_500_000, 1200), daemon("merge", 2_000, 0)))
                .doesNotContain("files")
                .contains("processors computed")
                .endsWith("; the program asked for nothing; beside it worked daemon reclaim for 1.500 ms (1,200 pages"
                        + " moved), daemon merge for 0.002 ms (0 pages moved).");
    }

    @Test
    void shouldNotSpeakOfDaemonsThatDidNothing() {
        assertThat(after(Cost.COMPUTE, daemon("reclaim", 0, 0))).endsWith("; the program asked for nothing.");
        assertThat(after(Cost.COMPUTE)).endsWith("; the program asked for nothing.");
    }
}
