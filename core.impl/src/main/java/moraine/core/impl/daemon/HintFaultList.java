package moraine.core.impl.daemon;

import moraine.core.api.daemon.HintFaults;

/** Hint faults as the ring had them, in arrays beside those of the folios. */
final class HintFaultList extends FolioList implements HintFaults {
    private final byte[] touchers;
    private final byte[] repeats;
    private final byte[] changes;
    private final long[] latencies;

    /** @param owner whose they are */
    HintFaultList(Object owner, int capacity) {
        super(owner, capacity);
        touchers = new byte[capacity];
        repeats = new byte[capacity];
        changes = new byte[capacity];
        latencies = new long[capacity];
    }

    /** Says of the folio added last how it was touched. */
    void touched(int toucher, int repeated, int changed, long latencyNs) {
        touchers[size() - 1] = (byte) toucher;
        repeats[size() - 1] = (byte) repeated;
        changes[size() - 1] = (byte) changed;
        latencies[size() - 1] = latencyNs;
    }

    @Override
    public int toucher(int index) {
        return touchers[checked(index)];
    }

    @Override
    public int repeats(int index) {
        return repeats[checked(index)];
    }

    @Override
    public int changes(int index) {
        return changes[checked(index)];
    }

    @Override
    public long latencyNs(int index) {
        return latencies[checked(index)];
    }

    @Override
    void copy(FolioList other, int from, int to) {
        super.copy(other, from, to);
        if (other instanceof HintFaultList faults) {
            touchers[to] = faults.touchers[from];
            repeats[to] = faults.repeats[from];
            changes[to] = faults.changes[from];
            latencies[to] = faults.latencies[from];
        } else {
            touchers[to] = -1;
            repeats[to] = 0;
            changes[to] = 0;
            latencies[to] = 0;
        }
    }
}
