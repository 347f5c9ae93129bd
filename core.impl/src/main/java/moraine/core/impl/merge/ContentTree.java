package moraine.core.impl.merge;

import java.util.Arrays;
import moraine.core.impl.frames.NativeMemory;

/**
 * A search tree from the checksum of a page's content to what is known of a page that has it, one a checksum. A treap
 * in arrays: adding one makes no object, only a larger array now and then. Confined to one thread at a time.
 */
final class ContentTree {
    static final long NOTHING = -1;

    private static final int USUAL = 64;

    /* Node 0 stands for no node. */
    private long[] keys = new long[USUAL];
    private long[] values = new long[USUAL];
    private int[] lefts = new int[USUAL];
    private int[] rights = new int[USUAL];
    private int root;
    private int used = 1;
    private int vacant;
    private int size;

    int size() {
        return size;
    }

    /** {@return bytes of its arrays} */
    long bytes() {
        return 24L * keys.length;
    }

    void clear() {
        root = 0;
        used = 1;
        vacant = 0;
        size = 0;
    }

    /** {@return what is known under a key, or {@link #NOTHING}} */
    long get(long key) {
        int node = root;
        while (node != 0 && keys[node] != key) {
            node = key < keys[node] ? lefts[node] : rights[node];
        }
        return node == 0 ? NOTHING : values[node];
    }

    /** Replaces what is known under a key. */
    void put(long key, long value) {
        root = insert(root, key, value);
    }

    void remove(long key) {
        root = remove(root, key);
    }

    private static long rank(long key) {
        return NativeMemory.mixed(key + 1);
    }

    private boolean above(int node, int other) {
        return rank(keys[node]) > rank(keys[other]);
    }

    private int insert(int node, long key, long value) {
        if (node == 0) {
            return make(key, value);
        }
        if (key == keys[node]) {
            values[node] = value;
            return node;
        }
        if (key < keys[node]) {
            int left = insert(lefts[node], key, value);
            lefts[node] = left;
            if (!above(left, node)) {
                return node;
            }
            lefts[node] = rights[left];
            rights[left] = node;
            return left;
        }
        int right = insert(rights[node], key, value);
        rights[node] = right;
        if (!above(right, node)) {
            return node;
        }
        rights[node] = lefts[right];
        lefts[right] = node;
        return right;
    }

    private int make(long key, long value) {
        int node = vacant;
        if (node != 0) {
            vacant = lefts[node];
        } else {
            node = used++;
        }
        if (node == keys.length) {
            keys = Arrays.copyOf(keys, 2 * node);
            values = Arrays.copyOf(values, 2 * node);
            lefts = Arrays.copyOf(lefts, 2 * node);
            rights = Arrays.copyOf(rights, 2 * node);
        }
        keys[node] = key;
        values[node] = value;
        lefts[node] = 0;
        rights[node] = 0;
        size++;
        return node;
    }

    private int remove(int node, long key) {
        if (node == 0) {
            return 0;
        }
        if (key == keys[node]) {
            int rest = joined(lefts[node], rights[node]);
            lefts[node] = vacant;
            vacant = node;
            size--;
            return rest;
        }
        if (key < keys[node]) {
            lefts[node] = remove(lefts[node], key);
        } else {
            rights[node] = remove(rights[node], key);
        }
        return node;
    }

    /** {@return one tree of two, all of whose keys are on either side of each other} */
    private int joined(int left, int right) {
        if (left == 0 || right == 0) {
            return left + right;
        }
        if (above(left, right)) {
            rights[left] = joined(rights[left], right);
            return left;
        }
        lefts[right] = joined(left, lefts[right]);
        return right;
    }
}
