package moraine.launcher.cli;

import java.util.List;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.SpaceInfo;
import moraine.core.api.model.VmaInfo;
import moraine.launcher.cli.LiveMachine.Choices;
import moraine.sim.ComparisonRequest;
import moraine.sim.Run;
import moraine.sim.RunRequest;
import moraine.sim.RunResult;
import moraine.sim.Subject;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** A verb that looks at a machine. */
abstract class MachineVerb extends Verb {
    static final String FOOTER = "Outside the shell a machine is made for this one command and runs a small PageRank"
            + " first, in wall-clock time and with bytes. In ./moraine shell the machine of the last run --live stays.";

    private static final Subject DEMONSTRATION = Subject.workload("pagerank").withSize(12);
    private static final int THREADS = 2;

    @Mixin
    MachineOptions options;

    @Mixin
    FormatOptions format;

    MachineVerb(Workbench workbench, Console console) {
        super(workbench, console);
    }

    /** {@return the machine that is there, or one as the profile says, with nothing in its memory} */
    final Machine machine() {
        Machine there = there();
        if (there != null) {
            return there;
        }
        Choices choices = options.choices(workbench.live().usual());
        List<String> sizes = options.sizes();
        if (!sizes.isEmpty() || !choices.daemons().isEmpty()) {
            workbench.simulation().check(demonstration(choices.policy()));
        }
        if (!sizes.isEmpty()) {
            console.note(String.join(" and ", sizes) + (sizes.size() == 1 ? " counts" : " count")
                    + " for what runs; nothing has run, so nodes are as the profile says");
        }
        var profile = workbench.simulation().profile(workbench.profile(choices.profile()));
        Machine made = workbench
                .factory()
                .create(
                        MachineSpec.of(profile, MachineSpec.LAST_RESORT)
                                .withBacking(Backing.STAMPS)
                                .withTuning(choices.tuning())
                                .withDaemons(choices.daemons()),
                        workbench.wallClock());
        try {
            PolicyNames.use(choices.policy(), made.policies(), /* strict= */ false, "");
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
        workbench.live().replace(made, made, choices);
        return made;
    }

    /** {@return whether there is a machine with something in its memory} */
    final boolean inUse() {
        Machine there = there();
        return there != null && !there.spaces().isEmpty();
    }

    /** {@return what runs where nothing has run yet, under a policy} */
    final RunRequest demonstration(String policy) {
        Choices choices = choices();
        return new RunRequest(
                        DEMONSTRATION,
                        workbench.profile(choices.profile()),
                        policy,
                        choices.deviceMemory(),
                        THREADS,
                        ComparisonRequest.DEFAULT_SEED)
                .withTuning(choices.tuning())
                .withDaemons(choices.daemons())
                .withMemory(choices.memory())
                .withSwap(choices.swap());
    }

    /** {@return those of the machine that is there, or what was asked for} */
    private Choices choices() {
        return there() == null
                ? options.choices(workbench.live().usual())
                : workbench.live().choices();
    }

    /** {@return the machine that is there, or one that ran the demonstration} */
    final Machine machineInUse() {
        Machine there = there();
        if (there != null && !there.spaces().isEmpty()) {
            return there;
        }
        Choices choices = choices();
        Run run = workbench.simulation().open(demonstration(choices.policy()), workbench.wallClock());
        workbench.live().replace(run.machine(), run, choices);
        run.adjustments().forEach(console::note);
        play(run);
        console.note("a machine of profile " + choices.profile() + " was made and ran a small " + DEMONSTRATION.name()
                + ", so that there is something in its memory");
        return run.machine();
    }

    private static void play(Run run) {
        RunResult result = run.play();
        if (!result.right()) {
            throw new MoraineException(
                    Errno.EIO, Blame.INTERNAL, "the demonstration's result is wrong: " + result.detail());
        }
    }

    private @Nullable Machine there() {
        Machine there = workbench.live().machine();
        if (there != null) {
            Choices made = workbench.live().choices();
            options.requireSame(new Choices(
                    made.profile(),
                    there.policies().active(),
                    made.deviceMemory(),
                    made.tuning(),
                    made.daemons(),
                    made.memory(),
                    made.swap()));
        }
        return there;
    }

    /** {@return the space of that id; without one, the space that maps the address, or the first} */
    static AddressSpace space(Machine machine, @Nullable Integer id, @Nullable Long address) {
        List<AddressSpace> spaces = machine.spaces();
        if (id != null) {
            return spaces.stream()
                    .filter(space -> space.id() == id)
                    .findFirst()
                    .orElseThrow(() -> Texts.bad("no space " + id + "; there are "
                            + spaces.stream().map(AddressSpace::id).toList()));
        }
        return spaces.stream()
                .filter(space -> address == null || maps(space.info(), address))
                .findFirst()
                .orElseThrow(() -> Texts.bad("address " + (address == null ? "" : Texts.address(address))
                        + " is in no mapping; verb spaces lists the mapped ranges"));
    }

    private static boolean maps(SpaceInfo space, long address) {
        return space.mappings().stream().anyMatch(vma -> contains(vma, address));
    }

    static boolean contains(VmaInfo vma, long address) {
        return vma.start() <= address && address < vma.end();
    }
}
