package moraine.core.impl.allocator;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Violation;
import moraine.core.impl.frames.FrameWord;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.tenants.Tenants;

/** Proves what holds of a zone, its frames' records and the caches before it when nobody runs. */
final class ZoneAudit {
    private static final long FREE = FrameWord.flags(Frames.FREE);
    private static final long CACHED = FrameWord.flags(Frames.CACHED);
    private static final long OFFLINE = FrameWord.flags(Frames.OFFLINE);
    private static final long HEAD = FrameWord.flags(Frames.HEAD);
    private static final long TAIL = FrameWord.flags(Frames.TAIL);

    private final Frames frames;
    private final Zone zone;
    private final List<Violation> found = new ArrayList<>();
    /** Frames of blocks on the lists, and of caches. */
    private final BitSet listed = new BitSet();

    private final BitSet cached = new BitSet();
    private final long[] charged;
    private long withdrawn;
    private long used;

    ZoneAudit(Frames frames, Zone zone, int tenants) {
        this.frames = frames;
        this.zone = zone;
        charged = new long[tenants];
    }

    List<Violation> run(Worker[] workers, Tenants tenants) {
        zone.lock();
        try {
            for (int order = 0; order <= Zone.MAX_ORDER; order++) {
                list(order);
            }
            joined();
        } finally {
            zone.unlock();
        }
        for (Worker worker : workers) {
            FrameCache cache = worker.caches[zone.node];
            if (cache != null && Objects.equals(cache.zone, zone)) {
                cache(cache);
            }
        }
        records();
        figures(tenants);
        return found;
    }

    private void list(int order) {
        String where = "node " + zone.node + ", list of order " + order + ": ";
        int previous = 0;
        int at = zone.heads[order];
        while (at != 0) {
            int block = at - 1;
            if (!block(block, order, where + "block at frame " + (zone.first + block))) {
                return;
            }
            long word = frames.word1(zone.first + block);
            if (FrameWord.freePrevious(word) != previous) {
                bad(
                        "free-list",
                        where + "frame " + (zone.first + block) + " has previous link " + FrameWord.freePrevious(word)
                                + ", the list comes from " + previous);
            }
            previous = at;
            at = FrameWord.freeNext(word);
        }
    }

    /** {@return whether the list can be followed from the block} */
    private boolean block(int block, int order, String what) {
        int size = 1 << order;
        if (block + size > zone.pages - zone.unopenedPages()) {
            return bad("free-list", what + " ends beyond the " + zone.pages + " pages of the zone that are open");
        }
        if ((block & (size - 1)) != 0) {
            bad("alignment", what + " is not a multiple of " + size + " frames");
        }
        int twice = listed.nextSetBit(block);
        if (twice >= 0 && twice < block + size) {
            return bad("double-listing", what + " holds frame " + (zone.first + twice) + ", which is listed already");
        }
        listed.set(block, block + size);
        long word = frames.word0(zone.first + block);
        int recorded = FrameWord.freeOrder(frames.word1(zone.first + block));
        if (word != FREE) {
            bad("free-record", what + " has word 0 " + hex(word) + ", a free block has " + hex(FREE));
        }
        if (recorded != order) {
            return bad("free-record", what + " records order " + recorded);
        }
        for (int i = 1; i < size; i++) {
            long inner = frames.word0(zone.first + block + i);
            if (inner != 0) {
                bad(
                        "free-record",
                        what + " has frame " + (zone.first + block + i) + " inside with word 0 " + hex(inner)
                                + " instead of 0");
            }
        }
        return true;
    }

    private void joined() {
        for (int order = 0; order < Zone.MAX_ORDER; order++) {
            for (int at = zone.heads[order]; at != 0 && found.isEmpty(); ) {
                int block = at - 1;
                int buddy = block ^ (1 << order);
                if (buddy > block
                        && frames.word0(zone.first + buddy) == FREE
                        && FrameWord.freeOrder(frames.word1(zone.first + buddy)) == order) {
                    bad(
                            "buddies-apart",
                            "node " + zone.node + ": the blocks of order " + order + " at frames "
                                    + (zone.first + block) + " and " + (zone.first + buddy)
                                    + " are free but not joined");
                }
                at = FrameWord.freeNext(frames.word1(zone.first + block));
            }
        }
    }

    private void cache(FrameCache cache) {
        for (int i = 0; i < cache.count; i++) {
            long pfn = cache.stack[i];
            int block = (int) (pfn - zone.first);
            if (block < 0 || block >= zone.pages || listed.get(block) || cached.get(block)) {
                bad(
                        "frame-cache",
                        "node " + zone.node + ": frame " + pfn
                                + " is in a cache but also free elsewhere, or not of the node");
                continue;
            }
            cached.set(block);
            if (frames.word0(pfn) != CACHED) {
                bad(
                        "frame-cache",
                        "node " + zone.node + ": frame " + pfn + " is in a cache with word 0 " + hex(frames.word0(pfn))
                                + ", a cached frame has " + hex(CACHED));
            }
        }
    }

    private void records() {
        int open = (int) (zone.pages - zone.unopenedPages());
        for (int i = 0; i < open; i++) {
            if (!listed.get(i) && !cached.get(i)) {
                record(zone.first + i, frames.word0(zone.first + i));
            }
        }
    }

    private void record(long pfn, long word) {
        String what = "node " + zone.node + ": frame " + pfn;
        if (word == 0) {
            bad("frame-lost", what + " is blank, on no list and in no cache");
        } else if ((word & (FREE | CACHED)) != 0) {
            bad("frame-lost", what + " says that it is free, word 0 " + hex(word) + ", but nobody has it");
        } else if ((word & OFFLINE) != 0) {
            withdrawn++;
        } else {
            used++;
            inUse(pfn, word, what);
        }
    }

    private void inUse(long pfn, long word, String what) {
        if ((word & TAIL) != 0) {
            long head = pfn & -Pages.PER_LARGE;
            if ((frames.word0(head) & HEAD) == 0) {
                bad(
                        "folio",
                        what + " is a tail, but frame " + head + " with word 0 " + hex(frames.word0(head))
                                + " is no head");
            }
            return;
        }
        int tenant = FrameWord.tenant(word);
        if (tenant >= charged.length) {
            bad("charge", what + " belongs to tenant " + tenant + " of " + charged.length);
            return;
        }
        charged[tenant] += (word & HEAD) != 0 ? Pages.PER_LARGE : 1;
    }

    private void figures(Tenants tenants) {
        long free = listed.cardinality() + zone.unopenedPages();
        same("frame-count", "pages counted as free and on the lists or never used", zone.free(), free);
        same("frame-count", "frames counted as withdrawn and recorded so", zone.withdrawn(), withdrawn);
        same(
                "frame-count",
                "frames of the zone and free, cached, withdrawn or in use",
                zone.pages,
                free + cached.cardinality() + withdrawn + used);
        for (int tenant = 0; tenant < charged.length; tenant++) {
            same(
                    "charge",
                    "pages charged to tenant " + tenants.name(tenant) + " and recorded as its",
                    tenants.charged(tenant, zone.node),
                    charged[tenant]);
        }
    }

    private void same(String invariant, String what, long one, long other) {
        if (one != other) {
            bad(invariant, "node " + zone.node + ": " + what + " differ, " + one + " against " + other);
        }
    }

    private boolean bad(String invariant, String detail) {
        found.add(new Violation(invariant, detail));
        return false;
    }

    private static String hex(long word) {
        return "0x" + Long.toHexString(word);
    }
}
