package moraine.core.impl.daemon;

import moraine.core.api.daemon.Folios;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Pages;

/** Folios as a scan met them, in arrays beside one another: adding one makes no object. */
public final class FolioList implements Folios {
    private static final int LARGE = 1;
    private static final int YOUNG = 1 << 1;
    private static final int ANONYMOUS = 1 << 2;
    private static final int DIRTY = 1 << 3;

    private final Object owner;
    private final long[] pfns;
    private final long[] identities;
    private final int[] mappings;
    private final int[] tenants;
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
        ages = new byte[capacity];
        bits = new byte[capacity];
        unused = new byte[capacity];
    }

    boolean isOf(Object other) {
        return owner == other;
    }

    /** Empties the list for a scan. */
    void clear(int ofNode, Attribute forService) {
        size = 0;
        node = ofNode;
        service = forService;
    }

    boolean room() {
        return size < pfns.length;
    }

    /**
     * Adds a folio.
     *
     * @param identity word 1 of its record: which page of which object
     */
    void add(long pfn, long identity, boolean large, int tenant, int mapped) {
        pfns[size] = pfn;
        identities[size] = identity;
        tenants[size] = tenant;
        mappings[size] = mapped;
        bits[size] = (byte) (large ? LARGE : 0);
        ages[size] = 0;
        unused[size] = 0;
        size++;
    }

    /** Says more of the folio added last. */
    void describe(int age, boolean young, boolean anonymous, boolean dirty) {
        ages[size - 1] = (byte) Math.min(age, 0xff);
        bits[size - 1] |= (byte) ((young ? YOUNG : 0) | (anonymous ? ANONYMOUS : 0) | (dirty ? DIRTY : 0));
    }

    /** Says for how many rounds of the census nobody used the folio added last. */
    void unused(byte rounds) {
        unused[size - 1] = rounds;
    }

    /** {@return the node that was scanned, -1 before the first scan} */
    int node() {
        return node;
    }

    /** {@return the attribute that the scan asked for} */
    Attribute service() {
        return service;
    }

    /** {@return word 1 of the folio's record as it was} */
    long identity(int index) {
        return identities[checked(index)];
    }

    @Override
    public int capacity() {
        return pfns.length;
    }

    @Override
    public int size() {
        return size;
    }

    private int checked(int index) {
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
    public void remove(int index) {
        int gone = checked(index);
        size--;
        pfns[gone] = pfns[size];
        identities[gone] = identities[size];
        mappings[gone] = mappings[size];
        tenants[gone] = tenants[size];
        ages[gone] = ages[size];
        bits[gone] = bits[size];
        unused[gone] = unused[size];
    }
}
