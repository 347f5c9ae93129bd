package moraine.core.impl;

/** What agents count; each becomes a counter of the machine. */
public enum Stat {
    CPU_FAULTS("cpu.faults", "faults", "CPU faults taken, first touches included"),
    HINTS("hints.given", "hints", "advice that took effect"),
    HINTS_REFUSED("hints.refused", "hints", "advice that the policy refused"),
    HINTS_REMAPPED("hints.remapped.pages", "pages", "pages mapped again on a device that accesses them, after a move"),
    CPU_WAITS("cpu.waits", "waits", "times a CPU fault waited for a page that was migrating or locked"),
    DEVICE_FAULTS("device.faults", "faults", "device faults served, duplicates counted once"),
    DEVICE_THROTTLED("device.throttled", "naps", "times a device waited for a page that processors fight over"),
    DEVICE_PINNED_REMOTE("device.pinned.remote.pages", "pages", "such pages that were left where they were in the end"),
    DEVICE_BATCHES("device.batches", "batches", "batches of device faults served"),
    DEVICE_RANGES("device.ranges", "ranges", "range requests for device faults: a run of neighbouring pages is one"),
    DEVICE_RETRIES("device.retries", "retries", "range faults repeated because an invalidation came between"),
    MAPPED_REMOTE("device.mapped.remote.pages", "pages", "pages mapped on a device while elsewhere"),
    TO_DEVICE_PAGES("migrate.to.device.pages", "pages", "pages moved to a device"),
    TO_DEVICE_BYTES("migrate.to.device.bytes", "bytes", "bytes copied to a device"),
    TO_HOST_PAGES("migrate.to.host.pages", "pages", "pages moved from a device to a node of CPUs or memory"),
    TO_HOST_BYTES("migrate.to.host.bytes", "bytes", "bytes copied from a device"),
    BETWEEN_HOST_PAGES("migrate.between.host.pages", "pages", "pages moved between nodes without a device"),
    MADE_ON_DEVICE("migrate.made.on.device.pages", "pages", "holes and zero pages made directly on a device"),
    EVICTED_PAGES("migrate.evicted.pages", "pages", "pages moved off a node to make room"),
    MIGRATE_FAILED(
            "migrate.failed.pages", "pages", "pages that could not be moved: pinned, locked, no room, not copied"),
    CAS_LOST("tables.cas.lost", "times", "entry changes that lost against another and were repeated"),
    COW_COPIES("cow.copied.pages", "pages", "private copies made by writes to shared pages"),
    COW_KSM("cow_ksm", "pages", "private copies made by writes to merged pages"),
    KSM_FREED("ksm.freed.pages", "pages", "pages freed because others had their content"),
    KSM_ZERO("ksm.zero_pages", "pages", "pages of zeros among these that show the zero page since"),
    CONVERTED_PAGES("convert.pages", "pages", "pages that changed representation with no byte copied"),
    FILE_READ_PAGES("file.read.pages", "pages", "pages read from files into the page cache"),
    FILE_WRITTEN_PAGES("file.written.pages", "pages", "dirty pages taken to be written to their file"),
    FILE_AHEAD_PAGES("file.readahead.pages", "pages", "pages of files that were read before anybody asked for them"),
    FILE_BOUNCED_PAGES(
            "file.bounced.pages", "pages", "such pages that were copied to RAM first, for storage does not reach them"),
    FILE_THROTTLED("file.throttled", "waits", "times somebody who made a page dirty waited for writing back"),
    FILE_INVALIDATED_PAGES("file.invalidated.pages", "pages", "clean pages of files taken out of the cache on request"),
    USERFAULT_FILLED("userfault.filled.pages", "pages", "missing pages that a handler filled or made zero"),
    SPLIT_FOLIOS("folio.splits", "folios", "2 MiB folios split"),
    PINNED_REFUSED("migrate.pinned.pages", "pages", "pages that stayed because they are pinned"),
    DROPPED_PAGES("advice.dropped.pages", "pages", "pages advised free that were dropped when room was needed"),
    EXCLUSIVE_PAGES("exclusive.pages", "pages", "pages made exclusive to a device"),
    EXCLUSIVE_REVOKED("exclusive.revoked.pages", "pages", "pages that a device lost its exclusive right to by a touch"),
    COLLAPSED_FOLIOS("folio.collapses", "folios", "2 MiB folios made of 512 pages"),
    LARGE_MOVED("migrate.large.folios", "folios", "2 MiB folios moved or made whole"),
    LARGE_MAPPED("device.mapped.large.leaves", "leaves", "2 MiB translations installed on a device"),
    PGSCAN("pgscan", "pages", "pages that a daemon's reclaim looked at"),
    PGSTEAL("pgsteal", "pages", "pages that a daemon's reclaim took out of memory"),
    ALLOCSTALL("allocstall", "times", "times a touch that found no page made room itself, or tried to"),
    PGSCAN_DIRECT("pgscan_direct", "pages", "pages that touches looked at to make room"),
    PGSTEAL_DIRECT("pgsteal_direct", "pages", "pages that touches took out of memory to make room"),
    PGDEMOTE("pgdemote_kswapd", "pages", "pages that a daemon moved to slower memory"),
    YIELDED("yield.pages", "pages", "pages that a daemon moved to make room for a tenant that starves"),
    OOM_KILL("oom_kill", "spaces", "spaces ended because they overflowed the memory that they were bound to"),
    NUMA_HINTED("numa_pte_updates", "pages", "pages whose next touch by a CPU is to be noticed"),
    NUMA_FAULTS("numa_hint_faults", "faults", "touches by CPUs that were noticed so"),
    NUMA_FAULTS_LOST("numa_hint_faults_lost", "faults", "such touches that no daemon heard of, for too many waited"),
    NUMA_MIGRATED("numa_pages_migrated", "pages", "pages that a daemon moved to who uses them"),
    PGPROMOTE_CANDIDATE("pgpromote_candidate", "pages", "pages that a daemon wanted to move to faster memory"),
    PGPROMOTE_SUCCESS("pgpromote_success", "pages", "pages that a daemon moved to faster memory"),
    PSWPIN("pswpin", "pages", "pages read back from swap"),
    PSWPOUT("pswpout", "pages", "pages written to swap"),
    SWAP_FAILED("swap.failed.pages", "pages", "pages that stayed because they could not be written to swap"),
    SHOOT_DOWNS("shootdowns", "times", "times translations were voided and accesses awaited");

    private final String counter;
    private final String unit;
    private final String description;

    Stat(String counter, String unit, String description) {
        this.counter = counter;
        this.unit = unit;
        this.description = description;
    }

    public String counter() {
        return counter;
    }

    public String unit() {
        return unit;
    }

    public String description() {
        return description;
    }
}
