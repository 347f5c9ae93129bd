package moraine.core.impl.vma;

import java.util.Objects;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Sharing;
import moraine.core.api.model.VmaInfo;
import moraine.core.api.time.Actors;
import moraine.core.impl.cache.Readahead;
import moraine.core.impl.mempolicy.MemoryPolicies;
import moraine.core.impl.mempolicy.SetPolicy;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.userfault.Registration;
import org.jspecify.annotations.Nullable;

/**
 * A mapping: an address range of a space with one protection, sharing and memory policy, backed by a range of a memory
 * object. Immutable; a change makes new ones and marks this one dead. Whoever looked it up without a lock asks
 * {@link #dead} again under the region's lock before installing an entry: a mapping dies before any of its entries is
 * cleared.
 */
public final class Vma {
    private final SpaceImpl space;
    private final long start;
    private final long end;
    private final Traits traits;
    private final MemoryObject object;
    private final long firstIndex;
    private final @Nullable Below below;
    private final boolean plain;
    private final @Nullable Readahead readahead;
    private volatile boolean dead;

    /**
     * What holds for all pages of a mapping.
     *
     * @param protection allowed accesses
     * @param sharing private or shared
     * @param policy memory policy of private memory, null for none
     * @param mayWrite whether it may ever be writable; a shared mapping of a file opened for reading may not
     * @param userfault who fills missing pages, or null
     * @param large whether it is made of 2 MiB pages
     * @param mergeable whether its pages may be merged with others
     */
    public record Traits(
            Protection protection,
            Sharing sharing,
            @Nullable SetPolicy policy,
            boolean mayWrite,
            @Nullable Registration userfault,
            LargePages large,
            boolean mergeable) {
        public Traits(Protection protection, Sharing sharing) {
            this(protection, sharing, LargePages.PLAN);
        }

        public Traits(Protection protection, Sharing sharing, LargePages large) {
            this(protection, sharing, /* mayWrite= */ true, large);
        }

        public Traits(Protection protection, Sharing sharing, boolean mayWrite, LargePages large) {
            this(protection, sharing, /* policy= */ null, mayWrite, /* userfault= */ null, large, false);
        }
    }

    /**
     * What a private mapping shows until it has pages of its own: a file or a buffer.
     *
     * @param object whose pages are mapped read-only
     * @param firstIndex page index there of the mapping's first page
     */
    public record Below(MemoryObject object, long firstIndex) {
        Below from(long pages) {
            return new Below(object, firstIndex + pages);
        }
    }

    public Vma(SpaceImpl space, long start, long end, Traits traits, MemoryObject object, long firstIndex) {
        this(space, start, end, traits, object, firstIndex, /* below= */ null);
    }

    /** @param below what a private mapping shows, null for zeroes; shared mappings have their object only */
    public Vma(
            SpaceImpl space,
            long start,
            long end,
            Traits traits,
            MemoryObject object,
            long firstIndex,
            @Nullable Below below) {
        this(space, start, end, traits, new Shown(object, firstIndex, below, /* readahead= */ null));
    }

    /** What a mapping shows, and how it is read. */
    private record Shown(
            MemoryObject object,
            long firstIndex,
            @Nullable Below below,
            @Nullable Readahead readahead) {}

    private Vma(SpaceImpl space, long start, long end, Traits traits, Shown shown) {
        this.space = space;
        this.start = start;
        this.end = end;
        this.traits = traits;
        this.object = shown.object();
        this.firstIndex = shown.firstIndex();
        this.below = shown.below();
        this.readahead = shown.readahead();
        this.plain = traits.sharing() == Sharing.PRIVATE && below == null && traits.userfault() == null;
    }

    public SpaceImpl space() {
        return space;
    }

    public long start() {
        return start;
    }

    public long end() {
        return end;
    }

    public Protection protection() {
        return traits.protection();
    }

    public boolean shared() {
        return traits.sharing() == Sharing.SHARED;
    }

    /** {@return the memory policy of private memory, or null; shared memory's is its object's} */
    public @Nullable SetPolicy policy() {
        return traits.policy();
    }

    /** {@return whether only 2 MiB pages are ever mapped} */
    public boolean largeOnly() {
        return traits.large() == LargePages.ONLY;
    }

    /** {@return whether the first touch of an aligned 2 MiB makes one page} */
    public boolean wantsLarge(boolean byPlan) {
        return switch (traits.large()) {
            case PLAN -> byPlan;
            case ALWAYS, ONLY -> true;
            case NEVER -> false;
        };
    }

    /** {@return whether somebody advised its pages to be merged, and they are such that can be} */
    public boolean mergeable() {
        return traits.mergeable() && plain;
    }

    public MemoryObject object() {
        return object;
    }

    /** {@return whether an object, by its id, is the file or buffer that a private mapping shows} */
    public boolean shows(long objectId) {
        return below != null && below.object().id() == objectId;
    }

    /** Takes the locks of the objects whose pages it may map: its own first, then what lies below. */
    public void lockObjects(Actors actors) {
        object.lock(actors);
        if (below != null) {
            below.object.lock(actors);
        }
    }

    public void unlockObjects() {
        if (below != null) {
            below.object.unlock();
        }
        object.unlock();
    }

    /** {@return what a private mapping shows until it is written, or null for zeroes} */
    public @Nullable Below below() {
        return below;
    }

    /** {@return whether a missing page is simply a new one: private memory that nobody else fills} */
    public boolean plain() {
        return plain;
    }

    /** {@return the object of a file or buffer whose pages it shows, or null for anonymous memory} */
    public @Nullable MemoryObject source() {
        return below != null ? below.object : object.filled() ? object : null;
    }

    /** {@return the page index of an address in {@link #source}} */
    public long sourceIndex(long address) {
        return below == null ? index(address) : below.firstIndex + (address - start >>> Pages.SHIFT);
    }

    /** {@return who fills missing pages, or null} */
    public @Nullable Registration userfault() {
        return traits.userfault();
    }

    public boolean mayWrite() {
        return traits.mayWrite();
    }

    /** {@return the page index within the object of an address} */
    public long index(long address) {
        return firstIndex + (address - start >>> Pages.SHIFT);
    }

    /** {@return the address of a page of an object, or -1 when this mapping does not show it} */
    public long address(MemoryObject of, long index) {
        long page = below != null && of == below.object ? index - below.firstIndex : index - firstIndex;
        return page >= 0 && page < end - start >>> Pages.SHIFT ? start + (page << Pages.SHIFT) : -1;
    }

    public boolean covers(long from, long to) {
        return start <= from && to <= end;
    }

    public boolean dead() {
        return dead;
    }

    public void die() {
        dead = true;
    }

    /** {@return the part of this mapping between two addresses} */
    public Vma part(long from, long to) {
        Below rest = below == null ? null : below.from(from - start >>> Pages.SHIFT);
        return new Vma(space, from, to, traits, new Shown(object, index(from), rest, readahead));
    }

    public Vma withProtection(Protection other) {
        return with(other, traits.policy(), traits.userfault(), traits.large(), traits.mergeable());
    }

    public Vma withPolicy(@Nullable SetPolicy other) {
        return with(traits.protection(), other, traits.userfault(), traits.large(), traits.mergeable());
    }

    /** {@return the same mapping with missing pages filled by somebody, or by nobody} */
    public Vma withUserfault(@Nullable Registration other) {
        return with(traits.protection(), traits.policy(), other, traits.large(), traits.mergeable());
    }

    public Vma withLarge(LargePages other) {
        return with(traits.protection(), traits.policy(), traits.userfault(), other, traits.mergeable());
    }

    public Vma withMergeable(boolean other) {
        return with(traits.protection(), traits.policy(), traits.userfault(), traits.large(), other);
    }

    /** {@return the same mapping, private pages kept in another object, which starts with it} */
    public Vma of(MemoryObject other) {
        return new Vma(space, start, end, traits, new Shown(other, start >>> Pages.SHIFT, below, readahead));
    }

    /** {@return the same mapping, read ahead otherwise} */
    public Vma withReadahead(Readahead other) {
        return new Vma(space, start, end, traits, new Shown(object, firstIndex, below, other));
    }

    /** {@return how the file that it shows is read, or null where there is none} */
    public @Nullable Readahead readahead() {
        return readahead;
    }

    private Shown shown() {
        return new Shown(object, firstIndex, below, readahead);
    }

    private Vma with(
            Protection protection,
            @Nullable SetPolicy policy,
            @Nullable Registration userfault,
            LargePages large,
            boolean mergeable) {
        var others = new Traits(protection, traits.sharing(), policy, traits.mayWrite(), userfault, large, mergeable);
        return new Vma(space, start, end, others, shown());
    }

    /** {@return the same pages in another space or at another address} */
    public Vma at(SpaceImpl other, long address, long bytes) {
        return new Vma(other, address, address + bytes, traits, shown());
    }

    /** {@return whether the next mapping continues this one so that both can be one} */
    public boolean joins(Vma next) {
        return end == next.start
                && object == next.object
                && index(end) == next.firstIndex
                && Objects.equals(below == null ? null : below.from(end - start >>> Pages.SHIFT), next.below)
                && (readahead == null ? next.readahead == null : readahead.alike(next.readahead))
                && traits.equals(next.traits);
    }

    public Vma join(Vma next) {
        return new Vma(space, start, next.end, traits, shown());
    }

    public VmaInfo info() {
        return new VmaInfo(
                start,
                end,
                traits.protection(),
                traits.sharing(),
                SetPolicy.given(MemoryPolicies.ofRange(this, start)));
    }
}
