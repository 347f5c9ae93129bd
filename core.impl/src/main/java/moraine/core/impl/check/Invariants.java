package moraine.core.impl.check;

import java.util.Map;

/** What the checker proves, by the name under which it reports a violation. */
final class Invariants {
    static final Map<String, String> ALL = Map.ofEntries(
            Map.entry("I1", "a device's translation agrees with the CPU's"),
            Map.entry("I2", "a TLB holds nothing that its table no longer says"),
            Map.entry("I4", "an entry is present exactly if a CPU can address its frame"),
            Map.entry(
                    "I5", "one copy is authoritative: nothing migrates, and a writable private frame has one mapping"),
            Map.entry("I10", "a device maps no private page of another owner"),
            Map.entry("I12", "a frame is charged to the tenant of the space that maps it"),
            Map.entry(
                    "duplicate",
                    "a duplicate is its device's, read-only and equal to a page that is there and nobody may write"),
            Map.entry("exclusive", "an exclusive page is private, and one device has it as its own, or none has it"),
            Map.entry("region-lock", "no region of a table is locked"),
            Map.entry("leaf-level", "2 MiB entries stand in middle tables, 4 KiB entries in leaf tables"),
            Map.entry("entry-mapped", "a living mapping covers every entry"),
            Map.entry("entry-protection", "no entry allows what its mapping forbids"),
            Map.entry("entry-kind", "every entry is of a kind that something makes"),
            Map.entry(
                    "swapped",
                    "a swapped page is private, in a slot that there is, and writable only if it is nobody else's"),
            Map.entry("swap-slot", "the users of a swap slot are the entries and objects that name it"),
            Map.entry("zero-page", "the zero page is read-only and in private memory that shows no file"),
            Map.entry("file-private", "a private mapping shows pages of files and buffers read-only"),
            Map.entry("file-end", "no page of a file is cached or mapped at or beyond its end"),
            Map.entry("file-dirty", "a page of a file that a shared mapping may write is dirty"),
            Map.entry("file-marks", "only pages that are cached are dirty or being written"),
            Map.entry("file-record", "the record of a cached page's frame names the file and the page"),
            Map.entry("file-type", "pages of files lie in memory that files may back"),
            Map.entry("buffer", "a driver's buffer has all its pages, marked to stay where they are"),
            Map.entry("userfault", "no mapping names a registration that is closed"),
            Map.entry("shared-page", "entries of shared memory map the object's page"),
            Map.entry("reverse-map", "a frame's object and index lead to the entries that map it"),
            Map.entry("folio-leaf", "a 2 MiB folio is mapped by 2 MiB leaves only"),
            Map.entry("frame-free", "no entry maps a free frame"),
            Map.entry("frame-refs", "references are entries, objects and pins"),
            Map.entry("lazy", "a page whose content may be dropped cannot be written without a fault"),
            Map.entry("merged", "a merged page is read-only to all, marked so, and in memory that may be merged"),
            Map.entry("pinned", "a pinned frame is marked so, and a private one has one mapping at most"),
            Map.entry("frame-mappings", "mappings are entries"),
            Map.entry("frame-lock", "no frame is locked"),
            Map.entry("notifier-quiet", "no invalidation runs"),
            Map.entry("device-lock", "no device table is locked"),
            Map.entry("free-list", "free lists are linked both ways within the zone"),
            Map.entry("alignment", "a free block is aligned to its size"),
            Map.entry("double-listing", "a free frame is listed once"),
            Map.entry("free-record", "the records of a free block say that it is one"),
            Map.entry("buddies-apart", "free buddies are joined"),
            Map.entry("frame-cache", "a cached frame is marked so and nowhere else"),
            Map.entry("frame-lost", "a frame is free, cached, withdrawn or in use"),
            Map.entry("folio", "a tail has a head"),
            Map.entry("charge", "tenants are charged what they hold"),
            Map.entry("frame-count", "counts of frames agree with records and lists"));

    private Invariants() {}
}
