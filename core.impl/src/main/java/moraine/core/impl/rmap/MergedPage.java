package moraine.core.impl.rmap;

import java.util.Arrays;

/**
 * A page that stands for several pages of private memory with equal content: which page of which object it stands for,
 * its sites (Linux stable node and its rmap items). Nobody lists mappings in it; a reverse walk goes through the
 * mappings of each site's object.
 *
 * <p>Protocol. The frame's record names this object from the moment the page is merged until the frame is free. Sites
 * change with the object's lock and the frame's held, in a merge only: a site is there before an entry of it maps the
 * frame. It may stay when its entry is gone, for whoever takes entries away does not look here; such a one costs a step
 * of a walk. A site's object may have ended too: then it lists no mapping. The object's own lock is taken before that
 * of a site's object.
 */
public final class MergedPage extends MemoryObject {
    private static final int USUAL = 4;

    private MemoryObject[] objects = new MemoryObject[USUAL];
    private long[] indices = new long[USUAL];
    private volatile int sites;
    private volatile long frame;
    private volatile boolean acrossTenants;

    public MergedPage(int id) {
        super(id, Kind.MERGED);
    }

    /** {@return the frame that is the page} */
    public long frame() {
        return frame;
    }

    /** Says that another frame is the page; the lock is held. */
    public void frame(long pfn) {
        frame = pfn;
    }

    /** {@return whether spaces of several tenants have mapped it} */
    public boolean acrossTenants() {
        return acrossTenants;
    }

    /** Says that a page of another tenant joins. */
    public void joinTenants() {
        acrossTenants = true;
    }

    /** {@return how many sites there are} */
    public int sites() {
        return sites;
    }

    /** {@return the object of a site; the lock is held} */
    public MemoryObject object(int site) {
        return objects[site];
    }

    /** {@return the page index within its object of a site; the lock is held} */
    public long index(int site) {
        return indices[site];
    }

    /** {@return whether it stands for that page}; the lock is held */
    @SuppressWarnings("ReferenceEquality")
    public boolean standsFor(MemoryObject object, long index) {
        for (int i = 0; i < sites; i++) {
            if (objects[i] == object && indices[i] == index) {
                return true;
            }
        }
        return false;
    }

    /** Adds a site unless it is there; the lock is held. */
    public void add(MemoryObject object, long index) {
        if (standsFor(object, index)) {
            return;
        }
        int at = sites;
        if (at == indices.length) {
            objects = Arrays.copyOf(objects, 2 * at);
            indices = Arrays.copyOf(indices, 2 * at);
        }
        objects[at] = object;
        indices[at] = index;
        sites = at + 1;
    }

    /** Takes a site away; the last one takes its place. The lock is held. */
    @SuppressWarnings("NullAway") // beyond the last site nothing is read
    public void remove(int site) {
        int last = sites - 1;
        objects[site] = objects[last];
        indices[site] = indices[last];
        objects[last] = null;
        sites = last;
    }
}
