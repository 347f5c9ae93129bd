package moraine.core.impl.hints;

/** The hints of one space. Changes exclude each other; lookups take no lock. */
public final class Hints {
    private final Remaps remaps;
    private final int space;
    private volatile HintMap map = HintMap.EMPTY;

    /** @param space id of the space */
    public Hints(Remaps remaps, int space) {
        this.remaps = remaps;
        this.space = space;
    }

    /** {@return the node where the page is advised to be, or -1} */
    public int preferred(long address) {
        return map.preferred(address);
    }

    /** {@return whether the page is advised to be duplicated for devices that read it} */
    public boolean readMostly(long address) {
        return map.readMostly(address);
    }

    /** {@return whether a device is advised to keep translations of any page of a range} */
    boolean accessedBy(int device, long start, long end) {
        return (map.accessedBy(start, end) >>> device & 1) != 0;
    }

    /** {@return the end of the part of a range, from its start on, for which the same is advised} */
    long until(long start, long end) {
        return Math.min(end, map.until(start));
    }

    /** A device's translations of a range are gone because its pages move. Must not wait. */
    public void moving(int device, long start, long end) {
        HintMap now = map;
        if (now.size() > 0 && (now.accessedBy(start, end) >>> device & 1) != 0) {
            remaps.add(space, device, start, end);
        }
    }

    synchronized void change(long start, long end, HintMap.Change change) {
        map = map.with(start, end, change);
    }

    /** The range is unmapped. */
    public synchronized void forget(long start, long end) {
        if (map.size() > 0) {
            map = map.with(start, end, HintMap.NOTHING);
        }
    }

    /** The pages of a range have other addresses now. */
    public synchronized void move(long start, long end, long target) {
        if (map.size() > 0) {
            map = map.moved(start, end, target);
        }
    }

    /** Takes over the hints of the space that was forked. */
    public synchronized void inherit(Hints parent) {
        map = parent.map;
    }
}
