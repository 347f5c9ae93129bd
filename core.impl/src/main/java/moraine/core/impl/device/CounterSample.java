package moraine.core.impl.device;

import java.util.Arrays;
import moraine.core.api.driver.CounterSink;
import moraine.core.api.policy.AccessSample;

/** Access counters on their way from a driver to the policy; grows to what the device reports at once. */
final class CounterSample implements CounterSink, AccessSample {
    private final int device;
    private int size;
    private int[] spaces = new int[64];
    private long[] starts = new long[64];
    private long[] bytes = new long[64];
    private long[] accesses = new long[64];

    CounterSample(int device) {
        this.device = device;
    }

    void clear() {
        size = 0;
    }

    @Override
    public void count(int space, long start, long regionBytes, long count) {
        if (size == starts.length) {
            spaces = Arrays.copyOf(spaces, size * 2);
            starts = Arrays.copyOf(starts, size * 2);
            bytes = Arrays.copyOf(bytes, size * 2);
            accesses = Arrays.copyOf(accesses, size * 2);
        }
        spaces[size] = space;
        starts[size] = start;
        bytes[size] = regionBytes;
        accesses[size] = count;
        size++;
    }

    @Override
    public int device() {
        return device;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int space(int index) {
        return spaces[index];
    }

    @Override
    public long start(int index) {
        return starts[index];
    }

    @Override
    public long bytes(int index) {
        return bytes[index];
    }

    @Override
    public long accesses(int index) {
        return accesses[index];
    }
}
