package moraine.core.api.daemon;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Folios as a scan met them, packed. They are not held: what is said of one may be past, and whoever acts on it looks
 * again. Confined to the daemon that asked for it.
 */
@ProviderType
public interface Folios {
    int capacity();

    int size();

    /** {@return number of its first frame} */
    long pfn(int index);

    int pages(int index);

    /** {@return ageing scans since the last touch that one noticed, 255 at most} */
    int age(int index);

    /** {@return whether it was touched since the last ageing scan} */
    boolean young(int index);

    /** {@return rounds of {@link Tick#census} over its node since a use was noticed, 63 at most} */
    int unused(int index);

    /** {@return whether it belongs to no file and no driver's buffer} */
    boolean anonymous(int index);

    /** {@return whether it is a file's and was changed since it was last written back} */
    boolean dirty(int index);

    /** {@return how many entries map it} */
    int mappings(int index);

    /** {@return its tenant's place in the machine's list of tenants} */
    int tenant(int index);

    /** {@return the node that it was on} */
    int node(int index);

    /**
     * Puts a folio to the end of another list of this daemon and takes it off this one, as {@link #remove} does.
     *
     * @param to empty, or with folios that were met for the same service
     * @return false, with nothing changed, when the other list is full
     */
    boolean transfer(int index, Folios to);

    /** Takes a folio off the list; the last one takes its place. */
    void remove(int index);
}
