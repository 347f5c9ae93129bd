package moraine.driver.gpu;

import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameter;
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
    /** The device brings as much memory as the profile says of its node. */
    static final long SIZE_OF_NODE = -1;

    /** One bit for each worker in a long. */
    static final int MAX_WORKERS = Long.SIZE;

    /** What parameters are when nobody says. */
    static final class Usual {
        static final boolean COHERENT = false;
        static final boolean FAULTING = true;
        static final int RESIDENT = 512;
        static final int FAULTS = 256;
        static final int WORKERS = 2;
        static final int ENGINES = 2;
        static final String GRANULARITY = "2MiB";
        static final int THRESHOLD = 256;

        private Usual() {}
    }

    static final Parameter.Text SIZE =
            Parameter.text("size", "", "bytes, or with KiB, MiB, GiB", "its memory; as its node has it unless given");
    static final Parameter.Flag COHERENT =
            Parameter.flag("coherent", Usual.COHERENT, "whether CPUs can address its memory");
    static final Parameter.Flag FAULTING =
            Parameter.flag("faulting", Usual.FAULTING, "whether it can stop at a missing translation and replay");
    static final Parameter.Text OWNER =
            Parameter.text("owner", "", "any text", "cookie of its private pages; one of its own unless given");
    static final Parameter.Amount RESIDENT = Parameter.amount(
            "resident", Usual.RESIDENT, 1, 1 << 16, "blocks", "blocks that have started and not ended");
    static final Parameter.Amount FAULTS =
            Parameter.amount("faults", Usual.FAULTS, 1, 1 << 16, "entries", "size of the fault buffer");
    static final Parameter.Amount WORKERS =
            Parameter.amount("workers", Usual.WORKERS, 1, MAX_WORKERS, "blocks", "blocks that run at the same time");
    static final Parameter.Amount ENGINES =
            Parameter.amount("engines", Usual.ENGINES, 1, 16, "copies", "copies at the same time");
    static final Parameter.Text GRANULARITY = Parameter.text(
            "granularity", Usual.GRANULARITY, "a power of two from 4KiB to 16GiB", "memory under one access counter");
    static final Parameter.Amount THRESHOLD = Parameter.amount(
            "threshold",
            Usual.THRESHOLD,
            0,
            1_000_000_000,
            "accesses",
            "remote accesses after which a region is reported; 0: none");

    /** All parameters. */
    static final List<Parameter> ALL =
            List.of(COHERENT, ENGINES, FAULTING, FAULTS, GRANULARITY, OWNER, RESIDENT, SIZE, THRESHOLD, WORKERS);

    /**
     * Reads parameters.
     *
     * @throws MoraineException EINVAL for one that is unknown, no number or out of range
     */
    static GpuSettings of(Parameters given) {
        given.requireKnown("driver gpu", ALL);
        return new GpuSettings(
                size(given),
                COHERENT.of(given),
                FAULTING.of(given),
                OWNER.of(given),
                (int) RESIDENT.of(given),
                (int) FAULTS.of(given),
                (int) WORKERS.of(given),
                (int) ENGINES.of(given),
                granularity(given),
                (int) THRESHOLD.of(given));
    }

    private static long size(Parameters given) {
        String text = SIZE.of(given);
        if (text.isEmpty()) {
            return SIZE_OF_NODE;
        }
        long bytes = ByteSize.parse(SIZE.name(), text);
        if (!Pages.aligned(bytes)) {
            throw invalid("parameter size=" + text + " is no whole number of pages of 4KiB; use "
                    + (Pages.count(bytes) * 4) + "KiB");
        }
        return bytes;
    }

    private static long granularity(Parameters given) {
        String text = GRANULARITY.of(given);
        long bytes = ByteSize.parse(GRANULARITY.name(), text);
        if (Long.bitCount(bytes) != 1 || bytes < Pages.SIZE || bytes > 16L << 30) {
            throw invalid("parameter granularity=" + text + " is not " + GRANULARITY.values() + "; 2MiB is usual");
        }
        return bytes;
    }

    private static MoraineException invalid(String message) {
        return MoraineException.caller(Errno.EINVAL, message);
    }
}
