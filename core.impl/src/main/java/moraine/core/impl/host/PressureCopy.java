package moraine.core.impl.host;

import moraine.core.api.policy.Pressure;
import moraine.core.impl.frames.Frames;

/** A node's pressure as a policy sees it: a copy that collects victims for the original. */
final class PressureCopy implements Pressure {
    private static final int VICTIMS = 4096;

    private final Frames frames;
    private final long[] victims = new long[VICTIMS];
    private int node;
    private long wantedPages;
    private int named;
    private volatile boolean valid;
    private int illegal;
    private String illegalWhat = "";

    PressureCopy(Frames frames) {
        this.frames = frames;
    }

    void load(Pressure original) {
        node = original.node();
        wantedPages = original.wantedPages();
        named = 0;
        illegal = 0;
        valid = true;
    }

    void apply(Pressure original) {
        for (int i = 0; i < named; i++) {
            original.evict(victims[i]);
        }
    }

    void seal() {
        valid = false;
    }

    int illegal() {
        return illegal;
    }

    String illegalWhat() {
        return illegalWhat;
    }

    @Override
    public int node() {
        return node;
    }

    @Override
    public long wantedPages() {
        return wantedPages;
    }

    @Override
    public void evict(long pfn) {
        if (!valid) {
            throw RevocableView.revoked("of a call about pressure");
        }
        if (pfn < 0 || !frames.exists(pfn) || frames.node(pfn) != node) {
            illegal++;
            illegalWhat = "victim frame " + pfn + " is not a frame of node " + node;
        } else if (named < VICTIMS) {
            victims[named++] = pfn;
        }
    }
}
