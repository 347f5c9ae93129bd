package moraine.launcher.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import moraine.core.api.model.Parameters;
import moraine.launcher.cli.LiveMachine.Choices;
import moraine.sim.ComparisonRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which machine a verb looks at. What is not given is that of the shell's machine, or the default. */
final class MachineOptions {
    private static final Choices DEFAULTS = new Choices(
            ComparisonRequest.DEFAULT_PROFILE,
            "hmm",
            ComparisonRequest.DEFAULT_DEVICE_MEMORY,
            Parameters.NONE,
            List.of(),
            ComparisonRequest.DEFAULT_MEMORY,
            ComparisonRequest.NO_SWAP);

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description = "machine profile (default gh200), or a .yaml file with one, where drivers'"
                    + " parameters stand too")
    @Nullable
    String profile;

    @Option(
            names = "--policy",
            paramLabel = "NAME",
            description = "placement policy, such as hmm (default) or cdm(counterThreshold=64)")
    @Nullable
    String policy;

    @Option(
            names = "--device-memory",
            paramLabel = "SIZE",
            description = "memory of each device: a size such as 64MiB, or a share of what is mapped (default 50%%)")
    @Nullable
    String deviceMemory;

    @Mixin
    TuningOptions tuning;

    @Mixin
    DaemonOptions daemons;

    @Mixin
    MemoryOptions memory;

    /**
     * {@return what was given, and for the rest what the shell was started with, or defaults}
     *
     * @param usual the former, if any
     */
    Choices choices(@Nullable Choices usual) {
        Choices rest = usual == null ? DEFAULTS : usual;
        return new Choices(
                Objects.requireNonNullElse(profile, rest.profile()),
                Objects.requireNonNullElse(policy, rest.policy()),
                Objects.requireNonNullElse(deviceMemory, rest.deviceMemory()),
                tuning.given() ? tuning.read() : rest.tuning(),
                daemons.given() ? daemons.read() : rest.daemons(),
                memory.memory == null ? rest.memory() : memory.memory(),
                memory.swap == null ? rest.swap() : memory.swap());
    }

    /** Refuses a machine that is there when another was asked for. */
    void requireSame(Choices there) {
        requireSame("--profile", profile, there.profile(), "run --live with it makes another machine");
        requireSame("--policy", policy, there.policy(), "policy use exchanges the policy");
        requireSame("--device-memory", deviceMemory, there.deviceMemory(), "run --live with it makes another machine");
        requireSame("--memory", memory.memory, there.memory(), "run --live with it makes another machine");
        requireSame(
                "--swap",
                memory.swap,
                there.swap().isEmpty() ? "none" : there.swap(),
                "run --live with it makes another machine");
        tuning.requireSame(there.tuning());
        daemons.requireSame(there.daemons());
    }

    private static void requireSame(String option, @Nullable String asked, String there, String remedy) {
        if (asked != null && !asked.equals(there)) {
            throw Texts.bad(option + " " + asked + ", but the shell's machine was made with " + there + "; " + remedy);
        }
    }

    /** {@return those that were given of what counts for what runs} */
    List<String> sizes() {
        var given = new ArrayList<String>();
        if (deviceMemory != null) {
            given.add("--device-memory");
        }
        given.addAll(memory.given());
        return given;
    }

    boolean given() {
        return profile != null || policy != null || tuning.given() || daemons.given() || !sizes().isEmpty();
    }
}
