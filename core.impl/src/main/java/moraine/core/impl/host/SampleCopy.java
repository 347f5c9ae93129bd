package moraine.core.impl.host;

import moraine.core.api.policy.AccessSample;

/** Access counters as a policy sees them: a copy. */
final class SampleCopy implements AccessSample {
    private int device;
    private int size;
    private int[] spaces = new int[0];
    private long[] starts = new long[0];
    private long[] bytes = new long[0];
    private long[] accesses = new long[0];
    private volatile boolean valid;

    void load(AccessSample original) {
        device = original.device();
        size = original.size();
        if (starts.length < size) {
            spaces = new int[size];
            starts = new long[size];
            bytes = new long[size];
            accesses = new long[size];
        }
        for (int i = 0; i < size; i++) {
            spaces[i] = original.space(i);
            starts[i] = original.start(i);
            bytes[i] = original.bytes(i);
            accesses[i] = original.accesses(i);
        }
        valid = true;
    }

    void seal() {
        valid = false;
    }

    private int checked(int index) {
        if (!valid) {
            throw RevocableView.revoked("of a sample of access counters");
        }
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("region " + index + " of a sample of " + size);
        }
        return index;
    }

    @Override
    public int device() {
        return device;
    }

    @Override
    public int size() {
        return valid ? size : 0;
    }

    @Override
    public int space(int index) {
        return spaces[checked(index)];
    }

    @Override
    public long start(int index) {
        return starts[checked(index)];
    }

    @Override
    public long bytes(int index) {
        return bytes[checked(index)];
    }

    @Override
    public long accesses(int index) {
        return accesses[checked(index)];
    }
}
