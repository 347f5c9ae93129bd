package moraine.driver.gpu;

import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;

/**
 * The parameters of a GPU, checked.
 *
 * @param sizeBytes its memory, or {@link #SIZE_OF_NODE}
 * @param coherent CPUs can address its memory
 * @param faulting it can stop at a missing translation and replay
 * @param owner cookie of its private pages; empty for one of its own
 * @param residentBlocks blocks started and not ended
 * @param faultEntries entries of the fault buffer
 * @param workers blocks that run at a time
 * @param copyEngines copies at a time
 * @param regionBytes memory under one access counter
 * @param counterThreshold remote accesses that make a region worth a report; 0 counts nothing
 */
record GpuSettings(
        long sizeBytes,
        boolean coherent,
        boolean faulting,
        String owner,
        int residentBlocks,
        int faultEntries,
        int workers,
        int copyEngines,
        long regionBytes,
        int counterThreshold) {
    static final boolean COHERENT = false;
    static final boolean FAULTING = true;
    static final int RESIDENT = 512;
    static final int FAULTS = 256;
    static final int WORKERS = 2;
    static final int ENGINES = 2;
    static final String GRANULARITY = "2MiB";
    static final int THRESHOLD = 256;

    /** The device brings as much memory as the profile says of its node. */
    static final long SIZE_OF_NODE = -1;

    /** One bit for each worker in a long. */
    static final int MAX_WORKERS = Long.SIZE;

    private static final List<String> NAMES = List.of(
            "coherent",
            "engines",
            "faulting",
            "faults",
            "granularity",
            "owner",
            "resident",
            "size",
            "threshold",
            "workers");

    /**
     * Reads parameters.
     *
     * @throws MoraineException EINVAL for one that is unknown, no number or out of range
     */
    static GpuSettings of(Parameters parameters) {
        for (String name : parameters.values().keySet()) {
            if (!NAMES.contains(name)) {
                throw invalid("parameter " + name + " is unknown to driver gpu; it has " + String.join(", ", NAMES));
            }
        }
        return new GpuSettings(
                size(parameters),
                parameters.flag("coherent", COHERENT),
                parameters.flag("faulting", FAULTING),
                parameters.text("owner", ""),
                within(parameters, "resident", RESIDENT, 1, 1 << 16),
                within(parameters, "faults", FAULTS, 1, 1 << 16),
                within(parameters, "workers", WORKERS, 1, MAX_WORKERS),
                within(parameters, "engines", ENGINES, 1, 16),
                granularity(parameters),
                within(parameters, "threshold", THRESHOLD, 0, 1_000_000_000));
    }

    private static long size(Parameters parameters) {
        String text = parameters.text("size", "");
        if (text.isEmpty()) {
            return SIZE_OF_NODE;
        }
        long bytes = ByteSize.parse("size", text);
        if (!Pages.aligned(bytes)) {
            throw invalid("parameter size=" + text + " is no whole number of pages of 4KiB; use "
                    + (Pages.count(bytes) * 4) + "KiB");
        }
        return bytes;
    }

    private static long granularity(Parameters parameters) {
        String text = parameters.text("granularity", GRANULARITY);
        long bytes = ByteSize.parse("granularity", text);
        if (Long.bitCount(bytes) != 1 || bytes < Pages.SIZE || bytes > 16L << 30) {
            throw invalid("parameter granularity=" + text + " is not a power of two from 4KiB to 16GiB; 2MiB is usual");
        }
        return bytes;
    }

    private static int within(Parameters parameters, String name, int otherwise, int least, int most) {
        long value = parameters.number(name, otherwise);
        if (value < least || value > most) {
            throw invalid("parameter " + name + "=" + value + " is not within " + least + " to " + most);
        }
        return (int) value;
    }

    private static MoraineException invalid(String message) {
        return MoraineException.caller(Errno.EINVAL, message);
    }
}
