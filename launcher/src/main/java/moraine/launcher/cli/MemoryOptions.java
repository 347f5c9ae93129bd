package moraine.launcher.cli;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import moraine.sim.ComparisonRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code --memory} and {@code --swap} say; sizes, folders and nodes are checked by who makes the machine. */
final class MemoryOptions {
    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "memory beside the devices', divided as the profile divides it: a size, or a share of what is"
                    + " mapped (default 200%%)")
    @Nullable
    String memory;

    @Option(
            names = "--swap",
            paramLabel = "SIZE",
            description = "where pages go that no memory has room for, put there by a daemon such as reclaim, or by"
                    + " touches when memory is full: a size or a share of what is mapped, such as 50%%; with a folder"
                    + " before it, such as /var/tmp:50%%, in a file there, with a node, such as node0:50%%, in a part"
                    + " of its memory (default none)")
    @Nullable
    String swap;

    /** {@return names of those that were given} */
    List<String> given() {
        return Stream.of(memory == null ? "" : "--memory", swap == null ? "" : "--swap")
                .filter(name -> !name.isEmpty())
                .toList();
    }

    String memory() {
        return Objects.requireNonNullElse(memory, ComparisonRequest.DEFAULT_MEMORY);
    }

    String swap() {
        if (swap != null && swap.isBlank()) {
            throw Texts.bad("--swap is empty; write such as 50%, or leave it out");
        }
        return Objects.requireNonNullElse(swap, ComparisonRequest.NO_SWAP).strip();
    }
}
