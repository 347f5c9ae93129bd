package moraine.core.impl.random;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import moraine.core.api.host.Machine;

/** How often actors met: without meetings, a run has proven nothing. */
record Overlaps(Map<String, Long> counts) {
    private static final List<String> NEEDED = List.of(
            "cpu.waits",
            "tables.cas.lost",
            "device.retries",
            "migrate.failed.pages",
            "cow.copied.pages",
            "migrate.to.device.pages",
            "migrate.to.host.pages",
            "migrate.made.on.device.pages",
            "migrate.evicted.pages",
            "device.mapped.remote.pages",
            "convert.pages",
            "folio.splits",
            "file.read.pages",
            "file.written.pages",
            "file.readahead.pages",
            "file.invalidated.pages",
            "file.bounced.pages",
            "folio.collapses",
            "migrate.large.folios",
            "device.mapped.large.leaves",
            "shootdowns",
            "exclusive.pages",
            "exclusive.revoked.pages",
            "migrate.pinned.pages",
            "advice.dropped.pages",
            "pgdemote_kswapd",
            "yield.pages",
            "numa_pte_updates",
            "numa_hint_faults",
            "pgpromote_success",
            "ksm.freed.pages",
            "ksm.zero_pages",
            "cow_ksm",
            "pgsteal",
            "allocstall",
            "pgscan_direct",
            "pgsteal_direct",
            "pswpin",
            "pswpout");

    static Overlaps of(Machine machine) {
        Map<String, Long> counts = new LinkedHashMap<>();
        NEEDED.forEach(name -> counts.put(name, machine.counter(name)));
        return new Overlaps(counts);
    }

    /** {@return what never happened} */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        counts.forEach((name, count) -> {
            if (count == 0) {
                missing.add(name);
            }
        });
        return missing;
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        counts.forEach(
                (name, count) -> text.append(name).append('=').append(count).append(' '));
        return text.toString().strip();
    }
}
