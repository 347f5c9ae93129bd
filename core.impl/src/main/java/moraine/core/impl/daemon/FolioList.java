package moraine.core.impl.daemon;

import moraine.core.api.daemon.Folios;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.impl.frames.Frames;

/** Folios as a scan met them, in arrays beside one another: adding one makes no object. */
public sealed class FolioList implements Folios permits HintFaultList {
    private static final int LARGE = 1;
    private static final int YOUNG = 1 << 1;
    private static final int ANONYMOUS = 1 << 2;
    private static final int DIRTY = 1 << 3;

    private final Object owner;
    private final long[] pfns;
    private final long[] identities;
    private final int[] mappings;
    private final int[] tenants;
    private final byte[] nodes;
    private final byte[] ages;
    private final byte[] bits;
    private final byte[] unused;
    private int size;
    private int node = -1;
    private Attribute service = Attribute.MOVABLE;

    /** @param owner whose scans fill it */
    FolioList(Object owner, int capacity) {
        this.owner = owner;
        pfns = new long[capacity];
        identities = new long[capacity];
        mappings = new int[capacity];
        tenants = new int[capacity];
        nodes = new byte[capacity];
        ages = new byte[capacity];
        bits = new byte[capacity];
        unused = new byte[capacity];
    }

    final boolean isOf(Object other) {
        return owner == other;
    }

    /** Empties the list for folios of a node. */
    final void clear(int ofNode, Attribute forService) {
        size = 0;
        node = ofNode;
        service = forService;
    }

    /** Says on which node the folios are that are added from now on. */
    final void on(int ofNode) {
        node = ofNode;
    }

    final boolean room() {
        return size < pfns.length;
    }

    /**
     * Adds a folio.
     *
     * @param identity word 1 of its record: which page of which object
     */
    final void add(long pfn, long identity, boolean large, int tenant, int mapped) {
        pfns[size] = pfn;
        identities[size] = identity;
        tenants[size] = tenant;
        mappings[size] = mapped;
        nodes[size] = (byte) node;
        bits[size] = (byte) (large ? LARGE : 0);
        ages[size] = 0;
        unused[size] = 0;
        size++;
    }

    /** Says more of the folio added last. */
    final void describe(int age, boolean young, boolean anonymous, boolean dirty) {
        ages[size - 1] = (byte) Math.min(age, 0xff);
        bits[size - 1] |= (byte) ((young ? YOUNG : 0) | (anonymous ? ANONYMOUS : 0) | (dirty ? DIRTY : 0));
    }

    /** Says for how many rounds of the census nobody used the folio added last. */
    void unused(byte rounds) {
        unused[size - 1] = rounds;
    }

    /** {@return the node whose folios are being added, -1 for none} */
    public int node() {
        return node;
    }

    /** {@return the attribute that the scan asked for} */
    Attribute service() {
        return service;
    }

    /** {@return word 1 of the folio's record as it was} */
    public final long identity(int index) {
        return identities[checked(index)];
    }

    /** {@return whether the folio, which the caller has locked or only looks at, still is the page that was met} */
    final boolean isStill(int index, Frames frames) {
        long pfn = pfn(index);
        return !frames.isTail(pfn)
                && frames.node(pfn) == node(index)
                && frames.word1(pfn) == identity(index)
                && 1 << frames.order(pfn) == pages(index)
                && frames.tenant(pfn) == tenant(index);
    }

    @Override
    public int capacity() {
        return pfns.length;
    }

    @Override
    public int size() {
        return size;
    }

    final int checked(int index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("folio " + index + " of a list of " + size);
        }
        return index;
    }

    private boolean has(int index, int bit) {
        return (bits[checked(index)] & bit) != 0;
    }

    @Override
    public long pfn(int index) {
        return pfns[checked(index)];
    }

    @Override
    public int pages(int index) {
        return has(index, LARGE) ? Pages.PER_LARGE : 1;
    }

    @Override
    public int age(int index) {
        return ages[checked(index)] & 0xff;
    }

    @Override
    public int unused(int index) {
        return unused[checked(index)];
    }

    @Override
    public boolean young(int index) {
        return has(index, YOUNG);
    }

    @Override
    public boolean anonymous(int index) {
        return has(index, ANONYMOUS);
    }

    @Override
    public boolean dirty(int index) {
        return has(index, DIRTY);
    }

    @Override
    public int mappings(int index) {
        return mappings[checked(index)];
    }

    @Override
    public int tenant(int index) {
        return tenants[checked(index)];
    }

    @Override
    public int node(int index) {
        return nodes[checked(index)];
    }

    @Override
    public boolean transfer(int index, Folios to) {
        int from = checked(index);
        if (!(to instanceof FolioList other) || other.owner != owner || other == this) {
            throw refused("the list to take it is this one, or another daemon's; make it with the context's folios()");
        }
        if (other.size == 0) {
            other.clear(-1, service);
        }
        if (other.service != service) {
            throw refused("the list to take it has folios met for " + other.service + ", this one for " + service);
        }
        if (!other.room()) {
            return false;
        }
        other.copy(this, from, other.size++);
        remove(from);
        return true;
    }

    private static MoraineException refused(String why) {
        return MoraineException.caller(Errno.EINVAL, "a folio stays in its list: " + why);
    }

    @Override
    public final void remove(int index) {
        int gone = checked(index);
        size--;
        copy(this, size, gone);
    }

    /** Takes over all that another list says of a folio. */
    void copy(FolioList other, int from, int to) {
        pfns[to] = other.pfns[from];
        identities[to] = other.identities[from];
        mappings[to] = other.mappings[from];
        tenants[to] = other.tenants[from];
        nodes[to] = other.nodes[from];
        ages[to] = other.ages[from];
        bits[to] = other.bits[from];
        unused[to] = other.unused[from];
    }
}
