package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static moraine.testkit.cdm.TwoDevices.PAGES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.Pages;

/** Memory of one kind runs out, in each form of whether the other kind stands in. */
final class SpillScenarios {
    private static final long ALL = 4L * PAGES;
    private static final long MORE = PAGES + 8;

    private SpillScenarios() {}

    static List<Scenario> all() {
        return List.of(
                row("spill_nowhere", Form.SPILLS_NOWHERE, false, false),
                row("spill_out", Form.SPILLS_OUT, true, false),
                row("spill_in", Form.SPILLS_IN, false, true),
                row("spill_both_ways", Form.SPILLS_BOTH_WAYS, true, true));
    }

    private static Scenario row(String name, Form form, boolean out, boolean in) {
        return Scenario.eitherWay(name, form, Claim.BIND, rig -> {
            in(rig.on(), in);
            out(rig.on(), rig.claims(Claim.BIND), out);
        });
    }

    /** Whoever asks for nothing gets RAM until there is none, and then a device or nothing. */
    private static void in(TwoDevices on, boolean in) {
        long at = on.map(ALL);
        assertThat(on.touch(at, PAGES / 2)).as("with room in RAM").isEqualTo("0");
        assertThat(on.touch(at, ALL)).as("with none").isEqualTo(in ? "0 1 2 8 ENOMEM" : "0 8 ENOMEM");
        on.space().munmap(at, ALL * Pages.SIZE);
    }

    /** Whoever prefers a device gets pages of both kinds only where they spill; nobody gets those of another device. */
    private static void out(TwoDevices on, boolean binds, boolean out) {
        long at = on.map(MORE);
        String refusal = TwoDevices.errno(() -> on.space().mbind(at, MORE * Pages.SIZE, MemoryPolicy.preferred(C)));
        assertThat(refusal).isEqualTo(binds ? "" : "EINVAL");
        String got = on.touch(at, MORE);
        boolean there = on.count(at, MORE, C) > 0;
        boolean mixed = there && on.count(at, MORE, C) < on.pages(at, MORE);
        assertThat(got.contains("ENOMEM")).as("an end with %s", got).isEqualTo(there && !out);
        assertThat(mixed).as("pages of both kinds: %s", got).isEqualTo(there && out);
        assertThat(on.count(at, MORE, OTHER_C)).as("pages of the other device").isZero();
    }
}
