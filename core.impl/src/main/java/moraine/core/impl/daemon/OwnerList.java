package moraine.core.impl.daemon;

import java.util.Arrays;
import moraine.core.api.daemon.Owners;
import moraine.core.impl.frames.Uses;

/** What a round over a node's pages found, a row a tenant that has any. */
public final class OwnerList implements Owners {
    private final Object owner;
    private int size;
    private int[] tenants = new int[4];
    private Tally[] tallies = tallies(4);

    /** Pages of one tenant. */
    static final class Tally {
        long byCpu;
        long byDevice;
        /** By rounds without a use. */
        final long[] unused = new long[Uses.MOST + 1];

        void clear() {
            byCpu = 0;
            byDevice = 0;
            Arrays.fill(unused, 0);
        }
    }

    /** @param owner whose rounds fill it */
    OwnerList(Object owner) {
        this.owner = owner;
    }

    private static Tally[] tallies(int count) {
        Tally[] made = new Tally[count];
        Arrays.setAll(made, _ -> new Tally());
        return made;
    }

    boolean isOf(Object other) {
        return owner == other;
    }

    void clear() {
        size = 0;
    }

    /** {@return the tenant's figures, zeros when it had none; grows with the number of tenants met} */
    Tally of(int tenant) {
        for (int i = 0; i < size; i++) {
            if (tenants[i] == tenant) {
                return tallies[i];
            }
        }
        if (size == tenants.length) {
            tenants = Arrays.copyOf(tenants, 2 * size);
            Tally[] more = tallies(2 * size);
            System.arraycopy(tallies, 0, more, 0, size);
            tallies = more;
        }
        tenants[size] = tenant;
        tallies[size].clear();
        return tallies[size++];
    }

    /** Takes the figures of another list, which has none then. */
    void take(OwnerList other) {
        int[] spareTenants = tenants;
        Tally[] spareTallies = tallies;
        tenants = other.tenants;
        tallies = other.tallies;
        size = other.size;
        other.tenants = spareTenants;
        other.tallies = spareTallies;
        other.size = 0;
    }

    private Tally row(int row) {
        if (row < 0 || row >= size) {
            throw new IndexOutOfBoundsException("row " + row + " of " + size + " owners");
        }
        return tallies[row];
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int tenant(int row) {
        row(row);
        return tenants[row];
    }

    @Override
    public long residentPages(int row) {
        return unusedPages(row, 0);
    }

    @Override
    public long usedByCpu(int row) {
        return row(row).byCpu;
    }

    @Override
    public long usedByDevice(int row) {
        return row(row).byDevice;
    }

    @Override
    public long unusedPages(int row, int rounds) {
        long[] unused = row(row).unused;
        long pages = 0;
        for (int i = Math.max(0, rounds); i < unused.length; i++) {
            pages += unused[i];
        }
        return pages;
    }
}
