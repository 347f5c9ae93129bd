package moraine.core.impl.tuning;

import java.util.Arrays;
import java.util.Comparator;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Tunable;

/**
 * Every tunable: what it is called, its unit, its usual value and its bounds. Usual values stand here and nowhere else.
 * Any choice of values within the bounds makes a machine that works; no two of them have to fit each other. What a
 * proof of progress needs is a bound: an eviction that is remembered for less would let a large step never end.
 */
enum TuningTable {
    CACHE_BOUNCE(
            "cache.bounce",
            "pages",
            64,
            1,
            4096,
            "pages of RAM through which pages go to files from memory that storage does not reach",
            "Linux, POOL_SIZE of the block layer's bounce pool"),
    CACHE_DEADLINE(
            "cache.deadline",
            "ms",
            30_000,
            1,
            3_600_000,
            "how long whoever reads or writes a file waits for the system before it is told EIO",
            "Linux, timeout of a SCSI command: 30 s"),
    CACHE_PAUSE(
            "cache.pause",
            "ms",
            200,
            1,
            60_000,
            "how long who makes a page dirty waits at most while too many are",
            "Linux, MAX_PAUSE of balance_dirty_pages: 200 ms"),
    CACHE_READAHEAD(
            "cache.readahead",
            "pages",
            32,
            0,
            512,
            "pages of a file that are read together at most, ahead of a run of reads; 0 reads what is asked for",
            "Linux, read_ahead_kb: 128 KiB"),
    CACHE_THREADS(
            "cache.threads",
            "threads",
            4,
            1,
            64,
            "threads that read and write files at most; one file keeps one busy",
            "Moraine; Linux has one flusher a device"),
    CACHE_WRITEBACK(
            "cache.writeback",
            "pages",
            64,
            1,
            512,
            "dirty neighbours that are written to their file at once at most",
            "Moraine; Linux writes at least MIN_WRITEBACK_PAGES, 1,024, of a file in a turn"),
    CONVERT_FRAMES(
            "convert.frames",
            "frames",
            8192,
            1,
            1 << 20,
            "frames that the conversion to another representation looks at in a step",
            "Moraine; Linux's khugepaged looks at pages_to_scan, 4,096, in a turn"),
    CONVERT_PAGES(
            "convert.pages",
            "pages",
            512,
            1,
            1 << 20,
            "pages that the conversion to another representation changes in a step",
            "Moraine: as many as a 2 MiB page has"),
    CONVERT_PASSES(
            "convert.passes",
            "passes",
            8,
            1,
            1000,
            "passes without progress after which pages that cannot be converted now are kept as they are",
            "Moraine; Linux's migrate_pages makes NR_MAX_MIGRATE_PAGES_RETRY, 10"),
    CONVERT_RETRY(
            "convert.retry",
            "us",
            500,
            1,
            1_000_000,
            "pause before another pass of the conversion, times the passes without progress",
            "Moraine"),
    DEVICE_DEPARTURES(
            "device.departures",
            "tries",
            16,
            1,
            1000,
            "how often bringing home the pages of a device that went is tried again before they are reported lost",
            "Moraine"),
    DEVICE_SAMPLING(
            "device.sampling",
            "bits",
            5,
            0,
            16,
            "random bits of the gap between two accesses of a device that are looked at for being remote",
            "Moraine: with 5 about one access in 16"),
    DUPLICATE_BATCH(
            "duplicate.batch",
            "pages",
            64,
            1,
            512,
            "pages that a device is given duplicates of at a time",
            "Linux, test_hmm.c: batches of 64 pages"),
    EVENTS_KEPT("events.kept", "events", 4096, 1, 1 << 16, "events that a machine remembers", "Moraine"),
    EVICT_BATCH(
            "evict.batch",
            "folios",
            64,
            1,
            512,
            "victims that leave a node together",
            "Linux, test_hmm.c: batches of 64 pages"),
    EVICT_LEAST(
            "evict.least",
            "pages",
            32,
            1,
            512,
            "pages that are evicted at least when a device is full; of a small device a quarter at most",
            "Linux, SWAP_CLUSTER_MAX"),
    FAULT_BATCH(
            "fault.batch",
            "faults",
            1024,
            1,
            4096,
            "device faults that are served together at most",
            "Moraine; UVM's uvm_perf_fault_batch_count is 256"),
    HINT_RING(
            "hint.ring",
            "faults",
            16_384,
            2,
            1 << 20,
            "NUMA hint faults that wait for a daemon at most, a power of two; more are counted and lost",
            "Moraine; a quarter of the pages that Linux's NUMA balancing scans at a time"),
    LAZY_BATCH(
            "lazy.batch",
            "pages",
            64,
            1,
            4096,
            "pages advised free that are dropped at a time when an allocation failed",
            "Moraine; Linux's SWAP_CLUSTER_MAX is 32"),
    PIN_MOVES(
            "pin.moves",
            "moves",
            4,
            1,
            100,
            "moves of one page after which a pin gives up: it finds no place where it may be pinned",
            "Moraine"),
    RANGE_TIMEOUT(
            "range.timeout",
            "ms",
            1000,
            1,
            600_000,
            "how long a range fault, a snapshot or a pin is repeated while its ground keeps changing; not in virtual"
                    + " time",
            "Linux, HMM_RANGE_DEFAULT_TIMEOUT"),
    RANGE_TRIES(
            "range.tries",
            "tries",
            64,
            1,
            10_000,
            "how often the same is repeated in virtual time, where the clock never decides",
            "Moraine"),
    RECLAIM_BATCH(
            "reclaim.batch",
            "pages",
            32,
            1,
            512,
            "pages that a touch which finds no room takes out of memory at a time",
            "Linux, SWAP_CLUSTER_MAX: 32"),
    RECLAIM_PASSES(
            "reclaim.passes",
            "times",
            64,
            1,
            1_000_000,
            "how many times as many pages as there are a device's touches take out of memory while no step of its"
                    + " blocks ends, until they find none: a step may need more pages than there are",
            "Moraine"),
    RECLAIM_RETRIES(
            "reclaim.retries",
            "rounds",
            16,
            1,
            1000,
            "rounds of making room without progress, or for one page that others take, after which a touch ends",
            "Linux, MAX_RECLAIM_RETRIES: 16"),
    REFAULT_LEAST(
            "refault.least",
            "batches",
            64,
            64,
            4096,
            "batches of faults that an eviction is remembered for at least; such pages are mapped where they are",
            "Moraine"),
    REFAULT_MOST(
            "refault.most",
            "batches",
            4096,
            4096,
            65_536,
            "batches of faults that an eviction is remembered for at most, while such pages are wanted",
            "Moraine"),
    SWAP_BATCH(
            "swap.batch",
            "pages",
            32,
            1,
            512,
            "pages that leave for swap together, whose locks are held meanwhile",
            "Linux, SWAP_CLUSTER_MAX: 32"),
    SWAP_DEADLINE(
            "swap.deadline",
            "ms",
            30_000,
            1,
            3_600_000,
            "how long whoever reads or writes swap waits for the system before the page stays where it is",
            "Linux, timeout of a SCSI command: 30 s"),
    THRASH_LAPSE(
            "thrash.lapse",
            "us",
            500,
            1,
            1_000_000,
            "time between two losses of a page that belong together, and the length of a nap",
            "UVM, uvm_perf_thrashing_lapse_usec"),
    THRASH_LOSSES(
            "thrash.losses",
            "losses",
            3,
            1,
            127,
            "losses of a page in a row that make it thrash, so that who wants it back naps first",
            "UVM, uvm_perf_thrashing_threshold"),
    THRASH_NAPS(
            "thrash.naps",
            "naps",
            10,
            1,
            127,
            "naps after which a page that thrashes stays where it is and is mapped from there",
            "UVM, uvm_perf_thrashing_pin_threshold"),
    THRASH_PIN(
            "thrash.pin",
            "ms",
            150,
            1,
            60_000,
            "how long such a page stays before it may move again",
            "UVM, uvm_perf_thrashing_pin: 300 lapses"),
    USERFAULT_DEADLINE(
            "userfault.deadline",
            "ms",
            10_000,
            1,
            3_600_000,
            "how long a touch waits for the handler of its range before it is told ETIMEDOUT",
            "Moraine; Linux's userfaultfd waits without end"),
    VM_DIRTY_BACKGROUND_RATIO(
            "vm.dirty_background_ratio",
            "%",
            10,
            0,
            100,
            "share of free pages and pages of files with which dirty ones are written back at once; half of"
                    + " vm.dirty_ratio where it is not below that",
            "Linux, vm.dirty_background_ratio"),
    VM_DIRTY_EXPIRE(
            "vm.dirty_expire_centisecs",
            "cs",
            3000,
            1,
            1_000_000,
            "how long a file may have dirty pages before they are written back",
            "Linux, vm.dirty_expire_centisecs"),
    VM_DIRTY_RATIO(
            "vm.dirty_ratio",
            "%",
            20,
            0,
            100,
            "share of free pages and pages of files with which who makes pages dirty waits",
            "Linux, vm.dirty_ratio"),
    VM_DIRTY_WRITEBACK(
            "vm.dirty_writeback_centisecs",
            "cs",
            500,
            0,
            1_000_000,
            "time between two looks for files that are dirty for long; 0 for none",
            "Linux, vm.dirty_writeback_centisecs"),
    WATERMARK_SCALE(
            "watermark.scale",
            "pages of 10,000",
            10,
            1,
            1000,
            "distance between two watermarks of a node, by the size of the node",
            "Linux, watermark_scale_factor"),
    WATERMARK_SMALL(
            "watermark.small",
            "pages",
            16,
            1,
            4096,
            "distance between two watermarks at least; of a node of few pages a 64th",
            "Moraine"),
    WORKER_CACHE(
            "worker.cache",
            "frames",
            512,
            0,
            8192,
            "free frames of a node that a thread keeps for itself at most; below 32 it keeps none",
            "Moraine; Linux's lists per CPU grow with the zone, see percpu_pagelist_high_fraction"),
    WORKER_SHARE(
            "worker.share",
            "parts",
            128,
            8,
            1_000_000,
            "parts of a node of which a thread keeps one at most",
            "Moraine; as Linux's percpu_pagelist_high_fraction, least 8");

    final String tunable;
    final long usual;
    private final String unit;
    private final long least;
    private final long most;
    private final String description;
    private final String source;

    TuningTable(String tunable, String unit, long usual, long least, long most, String description, String source) {
        this.tunable = tunable;
        this.unit = unit;
        this.usual = usual;
        this.least = least;
        this.most = most;
        this.description = description;
        this.source = source;
    }

    /** {@return the entry with a machine's value} */
    Tunable with(long value) {
        return new Tunable(tunable, unit, value, usual, least, most, description, source);
    }

    /** {@return the value that was asked for, or the usual one} */
    long in(Parameters given) {
        String text = given.values().get(tunable);
        if (text == null) {
            return usual;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException _) {
            throw bad(text, "a whole number of " + unit);
        }
        throw bad(text, "within its bounds");
    }

    private MoraineException bad(String text, String wanted) {
        return MoraineException.caller(
                Errno.EINVAL,
                "tunable " + tunable + "=" + text + " is not " + wanted + "; give " + least + " to " + most + " " + unit
                        + ", usual is " + usual);
    }

    /** Refuses names that no entry has. */
    static void requireKnown(Parameters given) {
        for (String name : given.values().keySet()) {
            if (Arrays.stream(values()).noneMatch(entry -> entry.tunable.equals(name))) {
                throw MoraineException.caller(
                        Errno.EINVAL, "no tunable is named " + name + "; the nearest is " + nearest(name));
            }
        }
    }

    private static String nearest(String name) {
        return Arrays.stream(values())
                .map(entry -> entry.tunable)
                .min(Comparator.comparingInt(other -> distance(name, other)))
                .orElseThrow();
    }

    /** {@return letters to insert, drop or replace (Levenshtein)} */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, j -> j);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
