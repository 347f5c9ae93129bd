package moraine.core.impl.vma;

import moraine.core.api.model.Binding;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Sharing;
import moraine.core.api.model.VmaInfo;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.space.SpaceImpl;

/**
 * A mapping: an address range of a space with one protection, sharing and binding, backed by a range of a memory
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
    private volatile boolean dead;

    /**
     * What holds for all pages of a mapping.
     *
     * @param protection allowed accesses
     * @param sharing private or shared
     * @param binding memory policy
     */
    public record Traits(Protection protection, Sharing sharing, Binding binding) {}

    public Vma(SpaceImpl space, long start, long end, Traits traits, MemoryObject object, long firstIndex) {
        this.space = space;
        this.start = start;
        this.end = end;
        this.traits = traits;
        this.object = object;
        this.firstIndex = firstIndex;
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

    public Binding binding() {
        return traits.binding();
    }

    public MemoryObject object() {
        return object;
    }

    /** {@return the page index within the object of an address} */
    public long index(long address) {
        return firstIndex + (address - start >>> Pages.SHIFT);
    }

    /** {@return the address of a page index, or -1 when this mapping does not cover it} */
    public long address(long index) {
        long page = index - firstIndex;
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
        return new Vma(space, from, to, traits, object, index(from));
    }

    public Vma withProtection(Protection other) {
        return with(new Traits(other, traits.sharing(), traits.binding()));
    }

    public Vma withBinding(Binding other) {
        return with(new Traits(traits.protection(), traits.sharing(), other));
    }

    private Vma with(Traits others) {
        return new Vma(space, start, end, others, object, firstIndex);
    }

    /** {@return the same pages in another space or at another address} */
    public Vma at(SpaceImpl other, long address, long bytes) {
        return new Vma(other, address, address + bytes, traits, object, firstIndex);
    }

    /** {@return whether the next mapping continues this one so that both can be one} */
    public boolean joins(Vma next) {
        return end == next.start
                && object == next.object
                && index(end) == next.firstIndex
                && traits.equals(next.traits);
    }

    public Vma join(Vma next) {
        return new Vma(space, start, next.end, traits, object, firstIndex);
    }

    public VmaInfo info() {
        return new VmaInfo(start, end, traits.protection(), traits.sharing(), traits.binding());
    }
}
