package moraine.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Backing;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.Parameters;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.launcher.cli.LiveMachine.Choices;
import moraine.launcher.time.LiveThreads;
import moraine.sim.profile.Profiles;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who waits for whose machine in a shell. */
@Timeout(60)
final class LiveMachineTest {
    private static final Choices CHOICES =
            new Choices("knl-mcdram", MachineSpec.LAST_RESORT, "50%", Parameters.NONE, List.of(), "200%", "");

    private final MachineFactoryImpl factory = new MachineFactoryImpl(new Providers(), Limits.DEFAULT);
    private final LiveMachine live = new LiveMachine();

    @AfterEach
    void close() {
        live.close();
        factory.close();
    }

    private Machine make() {
        var spec = MachineSpec.of(Profiles.load("knl-mcdram").topology(), MachineSpec.LAST_RESORT);
        return factory.create(spec.withBacking(Backing.STAMPS), factory.wallClock(new LiveThreads(), 1));
    }

    @Test
    void shouldWaitForTheMachineThatWasAnnounced() throws Exception {
        FutureTask<Machine> look = new FutureTask<>(live::machine);
        Machine made;
        try (LiveMachine.Arrival arrival = live.announce()) {
            Thread looking = Thread.ofPlatform().daemon(true).start(look);
            while (looking.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            assertThat(look.isDone()).isFalse();
            made = make();
            arrival.arrived(made, made, CHOICES);
            assertThat(look.get(30, TimeUnit.SECONDS)).isSameAs(made);
        }
        assertThat(live.machine()).isSameAs(made);
    }

    @Test
    void shouldNotWaitForARunThatCameToNothing() {
        live.announce().close();

        assertThat(live.machine()).isNull();
        assertThat(live.announcements()).isEqualTo(1);
    }

    @Test
    void shouldRefuseASecondRunBesideTheFirst() {
        try (LiveMachine.Arrival arrival = live.announce()) {
            Machine made = make();
            arrival.arrived(made, made, CHOICES);
            assertThatThrownBy(live::announce)
                    .hasMessage("a run --live is under way on the shell's machine; wait until it has ended");
            assertThat(live.machine()).isSameAs(made);
        }
        live.announce().close();
    }
}
