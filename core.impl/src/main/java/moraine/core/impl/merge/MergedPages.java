package moraine.core.impl.merge;

import java.util.Arrays;
import moraine.core.api.daemon.MergeRules;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.FrameWord;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.NativeMemory;
import moraine.core.impl.migration.FolioMerge;
import moraine.core.impl.rmap.MergedPage;
import org.jspecify.annotations.Nullable;

/**
 * The merged pages of a machine, and the tree that finds the newest one of a content. A page that nobody maps any more
 * is found out when somebody looks at it; so none is told by who lets it go. Confined to whoever has the right to
 * merge, but for the counts.
 */
final class MergedPages {
    private static final int USUAL = 64;
    /** Bytes of a merged page and of its place here, and of a site, for the account of what merging costs. */
    private static final long PAGE_BYTES = 136;

    private static final long SITE_BYTES = 16;

    private final Rooms rooms;
    private final Frames frames;
    private final FolioMerge merge;
    private final ContentTree tree = new ContentTree();
    private volatile @Nullable MergedPage[] pages = new MergedPage[USUAL];
    private long[] sums = new long[USUAL];
    private long[] keys = new long[USUAL];
    private int[] vacant = new int[USUAL];
    private int vacancies;
    private int used;
    private int hand;

    MergedPages(Rooms rooms, FolioMerge merge) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.merge = merge;
    }

    /** {@return the newest merged page of a content that is there, or null} */
    @Nullable
    MergedPage find(long key) {
        long slot = tree.get(key);
        MergedPage page = slot == ContentTree.NOTHING ? null : pages[(int) slot];
        if (page != null && gone(page)) {
            forget((int) slot, page);
            return null;
        }
        return page;
    }

    /**
     * {@return the key of a content at the place of a frame, with what may not be merged with it kept apart}
     *
     * @param sum checksum of the content
     */
    long key(long sum, long pfn, MergeRules rules) {
        long node = rules.acrossNodes() ? -1 : frames.node(pfn);
        long tenant = rules.acrossTenants() ? -1 : frames.tenant(pfn);
        return sum ^ NativeMemory.mixed((tenant + 1) << 32 | node + 1);
    }

    /** Adds a merged page; one of the same content that is full already is not found any more. */
    void add(MergedPage page, long sum, long key) {
        int slot = vacancies > 0 ? vacant[--vacancies] : used++;
        if (slot == keys.length) {
            sums = Arrays.copyOf(sums, 2 * slot);
            keys = Arrays.copyOf(keys, 2 * slot);
            vacant = Arrays.copyOf(vacant, 2 * slot);
            pages = Arrays.copyOf(pages, 2 * slot);
        }
        sums[slot] = sum;
        keys[slot] = key;
        pages[slot] = page;
        tree.put(key, slot);
    }

    /**
     * Looks at some pages, going round: forgets what nobody maps any more, takes sites off that were left, and lets
     * pages that moved be found where they are now.
     *
     * @param count how many
     */
    void sweep(Agent agent, int count, MergeRules rules) {
        for (int i = Math.min(count, used); i > 0; i--) {
            hand = hand < used - 1 ? hand + 1 : 0;
            MergedPage page = pages[hand];
            if (page != null && gone(page)) {
                forget(hand, page);
            } else if (page != null) {
                rekey(hand, key(sums[hand], page.frame(), rules));
                prune(agent, page);
            }
        }
    }

    private void rekey(int slot, long key) {
        if (keys[slot] == key) {
            return;
        }
        if (tree.get(keys[slot]) == slot) {
            tree.remove(keys[slot]);
        }
        keys[slot] = key;
        if (tree.get(key) == ContentTree.NOTHING) {
            tree.put(key, slot);
        }
    }

    private void prune(Agent agent, MergedPage page) {
        long pfn = page.frame();
        if (page.sites() > frames.mappings(pfn) && frames.hold(pfn)) {
            if (is(page, pfn)) {
                merge.prune(page);
            }
            agent.letGo(pfn);
        }
    }

    /** {@return whether a frame that the caller holds is the page} */
    boolean is(MergedPage page, long pfn) {
        return page.frame() == pfn && frames.object(pfn) == page.id();
    }

    /** Whoever replaces the page's frame has its lock meanwhile; whoever else freezes it has the frame's. */
    private boolean gone(MergedPage page) {
        page.lock(rooms.actors);
        try {
            long pfn = page.frame();
            long word = frames.word0(pfn);
            boolean idle = FrameWord.refs(word) == 0 && (word & FrameWord.flags(Frames.LOCKED)) == 0;
            return idle || frames.isTail(pfn) || frames.object(pfn) != page.id();
        } finally {
            page.unlock();
        }
    }

    private void forget(int slot, MergedPage page) {
        if (tree.get(keys[slot]) == slot) {
            tree.remove(keys[slot]);
        }
        pages[slot] = null;
        vacant[vacancies++] = slot;
        rooms.objects.remove(page);
    }

    /** {@return merged pages that somebody maps; a guess while others work} */
    long shared() {
        long count = 0;
        for (MergedPage page : pages) {
            count += mappings(page) > 0 ? 1 : 0;
        }
        return count;
    }

    /** {@return pages that merged ones stand for beyond the first of each; a guess while others work} */
    long sharing() {
        long count = 0;
        for (MergedPage page : pages) {
            count += page == null ? 0 : Math.max(0, Math.min(mappings(page), page.sites()) - 1);
        }
        return count;
    }

    private int mappings(@Nullable MergedPage page) {
        if (page == null) {
            return 0;
        }
        long pfn = page.frame();
        return frames.object(pfn) == page.id() ? frames.mappings(pfn) : 0;
    }

    /** {@return bytes that it takes to remember them} */
    long bytes() {
        long bytes = tree.bytes();
        for (MergedPage page : pages) {
            bytes += page == null ? 0 : PAGE_BYTES + SITE_BYTES * page.sites();
        }
        return bytes;
    }
}
