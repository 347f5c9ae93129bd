package moraine.core.impl.tuning;

import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Tunable;

/** The values of one machine's tunables, in the units of those who read them; they never change. */
public final class Tuning {
    /** Everything as usual. */
    public static final Tuning USUAL = of(Parameters.NONE);

    private static final long US = 1_000;
    private static final long MS = 1_000_000;
    private static final long CS = 10_000_000;

    public final int cacheBouncePages;
    public final long cacheDeadlineNs;
    public final long cachePauseNs;
    public final int cacheReadaheadPages;
    public final int cacheThreads;
    public final int cacheWritebackPages;
    public final int convertFrames;
    public final int convertPages;
    public final int convertPasses;
    public final long convertRetryNs;
    public final int deviceDepartures;
    /** The longest gap between two samples; one less than a power of two. */
    public final int deviceSamplingGap;

    public final int dirtyBackgroundRatio;
    public final long dirtyExpireNs;
    public final int dirtyRatio;
    public final long dirtyWritebackNs;
    public final int duplicateBatchPages;
    public final int eventsKept;
    public final int evictBatchFolios;
    public final int evictLeastPages;
    public final int faultBatch;
    /** A power of two. */
    public final int hintRing;

    public final int lazyBatchPages;
    public final int pinMoves;
    public final long rangeTimeoutNs;
    public final int rangeTries;
    public final int reclaimBatchPages;
    public final int reclaimPasses;
    public final int reclaimRetries;
    public final int refaultLeastBatches;
    public final int refaultMostBatches;
    public final int swapBatchPages;
    public final long swapDeadlineNs;
    public final long thrashLapseNs;
    public final int thrashLosses;
    public final int thrashNaps;
    public final long thrashPinNs;
    public final long userfaultDeadlineNs;
    public final long watermarkScale;
    public final long watermarkSmallPages;
    public final int workerCacheFrames;
    public final int workerShare;

    private final Map<TuningTable, Long> values;

    private Tuning(Map<TuningTable, Long> values) {
        this.values = values;
        cacheBouncePages = number(TuningTable.CACHE_BOUNCE);
        cacheDeadlineNs = MS * number(TuningTable.CACHE_DEADLINE);
        cachePauseNs = MS * number(TuningTable.CACHE_PAUSE);
        cacheReadaheadPages = number(TuningTable.CACHE_READAHEAD);
        cacheThreads = number(TuningTable.CACHE_THREADS);
        cacheWritebackPages = number(TuningTable.CACHE_WRITEBACK);
        convertFrames = number(TuningTable.CONVERT_FRAMES);
        convertPages = number(TuningTable.CONVERT_PAGES);
        convertPasses = number(TuningTable.CONVERT_PASSES);
        convertRetryNs = US * number(TuningTable.CONVERT_RETRY);
        deviceDepartures = number(TuningTable.DEVICE_DEPARTURES);
        deviceSamplingGap = (1 << number(TuningTable.DEVICE_SAMPLING)) - 1;
        dirtyBackgroundRatio = number(TuningTable.VM_DIRTY_BACKGROUND_RATIO);
        dirtyExpireNs = CS * number(TuningTable.VM_DIRTY_EXPIRE);
        dirtyRatio = number(TuningTable.VM_DIRTY_RATIO);
        dirtyWritebackNs = CS * number(TuningTable.VM_DIRTY_WRITEBACK);
        duplicateBatchPages = number(TuningTable.DUPLICATE_BATCH);
        eventsKept = number(TuningTable.EVENTS_KEPT);
        evictBatchFolios = number(TuningTable.EVICT_BATCH);
        evictLeastPages = number(TuningTable.EVICT_LEAST);
        faultBatch = number(TuningTable.FAULT_BATCH);
        hintRing = Integer.highestOneBit(number(TuningTable.HINT_RING));
        lazyBatchPages = number(TuningTable.LAZY_BATCH);
        pinMoves = number(TuningTable.PIN_MOVES);
        rangeTimeoutNs = MS * number(TuningTable.RANGE_TIMEOUT);
        rangeTries = number(TuningTable.RANGE_TRIES);
        reclaimBatchPages = number(TuningTable.RECLAIM_BATCH);
        reclaimPasses = number(TuningTable.RECLAIM_PASSES);
        reclaimRetries = number(TuningTable.RECLAIM_RETRIES);
        refaultLeastBatches = number(TuningTable.REFAULT_LEAST);
        refaultMostBatches = number(TuningTable.REFAULT_MOST);
        swapBatchPages = number(TuningTable.SWAP_BATCH);
        swapDeadlineNs = MS * number(TuningTable.SWAP_DEADLINE);
        thrashLapseNs = US * number(TuningTable.THRASH_LAPSE);
        thrashLosses = number(TuningTable.THRASH_LOSSES);
        thrashNaps = number(TuningTable.THRASH_NAPS);
        thrashPinNs = MS * number(TuningTable.THRASH_PIN);
        userfaultDeadlineNs = MS * number(TuningTable.USERFAULT_DEADLINE);
        watermarkScale = number(TuningTable.WATERMARK_SCALE);
        watermarkSmallPages = number(TuningTable.WATERMARK_SMALL);
        workerCacheFrames = number(TuningTable.WORKER_CACHE);
        workerShare = number(TuningTable.WORKER_SHARE);
    }

    /**
     * {@return the values that were asked for, and the usual ones of the rest}
     *
     * @throws moraine.core.api.model.MoraineException EINVAL for a name that there is not, for what is no number, and
     *     for a number beyond its bounds
     */
    public static Tuning of(Parameters given) {
        TuningTable.requireKnown(given);
        var values = new EnumMap<TuningTable, Long>(TuningTable.class);
        for (TuningTable entry : TuningTable.values()) {
            values.put(entry, entry.in(given));
        }
        return new Tuning(values);
    }

    private int number(TuningTable entry) {
        return (int) value(entry);
    }

    private long value(TuningTable entry) {
        return values.getOrDefault(entry, entry.usual);
    }

    /** {@return all of them with their descriptions, in the order of the names} */
    public List<Tunable> tunables() {
        return Arrays.stream(TuningTable.values())
                .map(entry -> entry.with(value(entry)))
                .sorted(Comparator.comparing(Tunable::name))
                .toList();
    }
}
