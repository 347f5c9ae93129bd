package moraine.sim.workload;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import moraine.core.api.driver.Block;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.host.MemoryAccess;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Pages;
import moraine.sim.time.VirtualEnvironment;

/**
 * c = a + b, again and again: between two rounds the CPU adds 1 to every sixteenth page of a. The CPU fills a and b
 * first and reads c at the end.
 */
final class VectorAdd implements Workload {
    private static final int VALUES_A_PAGE = Pages.SIZE / Double.BYTES;
    private static final int CHANGED_EVERY = 16;

    private final int pagesEach;
    private final int rounds;
    private final double[] a;
    private final double[] b;
    private final double[] expected;

    VectorAdd(int pagesEach, int rounds, long seed) {
        this.pagesEach = pagesEach;
        this.rounds = rounds;
        RandomGenerator random = VirtualEnvironment.seeded(seed, "vector-add");
        a = random.doubles((long) pagesEach * VALUES_A_PAGE).toArray();
        b = random.doubles((long) pagesEach * VALUES_A_PAGE).toArray();
        expected = compute();
    }

    @Override
    public String name() {
        return "vector-add";
    }

    @Override
    public String summary() {
        return "vector add, " + rounds + " rounds over 3 vectors of " + a.length + " doubles";
    }

    @Override
    public long pages() {
        return 3L * pagesEach;
    }

    @Override
    public long references() {
        long changed = 2L * (pagesEach + CHANGED_EVERY - 1) / CHANGED_EVERY * VALUES_A_PAGE;
        return 3L * a.length + rounds * 3L * a.length + (rounds - 1) * changed;
    }

    @Override
    public Backing backing() {
        return Backing.BYTES;
    }

    @Override
    public List<String> notes() {
        return List.of();
    }

    private double[] compute() {
        double[] changed = a.clone();
        for (int round = 1; round < rounds; round++) {
            for (int i = 0; i < changed.length; i++) {
                changed[i] += i / VALUES_A_PAGE % CHANGED_EVERY == 0 ? 1 : 0;
            }
        }
        double[] sum = new double[a.length];
        Arrays.setAll(sum, i -> changed[i] + b[i]);
        return sum;
    }

    @Override
    public Outcome run(Stage stage) {
        long bytes = (long) pagesEach * Pages.SIZE;
        long[] vectors = {stage.map(bytes), stage.map(bytes), stage.map(bytes)};
        for (long vector : vectors) {
            stage.preferDevice(vector, bytes);
        }
        stage.cpu("fill vectors", pagesEach, (memory, page) -> {
            memory.write(at(vectors[0], page), slice(a, page));
            memory.write(at(vectors[1], page), slice(b, page));
        });
        for (int round = 0; round < rounds; round++) {
            if (round > 0) {
                int changed = (pagesEach + CHANGED_EVERY - 1) / CHANGED_EVERY;
                stage.cpu("change a", changed, (memory, i) -> increment(memory, at(vectors[0], i * CHANGED_EVERY)));
            }
            stage.kernel(new GridKernel("vector-add", pagesEach, page -> new Sum(vectors, page)));
        }
        return check(stage, vectors[2]);
    }

    private static void increment(MemoryAccess memory, long address) {
        double[] values = new double[VALUES_A_PAGE];
        memory.read(address, MemorySegment.ofArray(values));
        for (int i = 0; i < values.length; i++) {
            values[i]++;
        }
        memory.write(address, MemorySegment.ofArray(values));
    }

    private Outcome check(Stage stage, long vector) {
        double[] found = new double[expected.length];
        stage.cpu("read c", pagesEach, (memory, page) -> memory.read(at(vector, page), slice(found, page)));
        int wrong = Arrays.mismatch(expected, found);
        return wrong < 0
                ? Outcome.right(found.length + " sums equal those of a plain computation")
                : Outcome.wrong("c[" + wrong + "] is " + found[wrong] + ", not " + expected[wrong]);
    }

    private static long at(long vector, int page) {
        return vector + (long) page * Pages.SIZE;
    }

    private static MemorySegment slice(double[] values, int page) {
        return MemorySegment.ofArray(values).asSlice((long) page * Pages.SIZE, Pages.SIZE);
    }

    /** A page of the sum. */
    private static final class Sum implements Block {
        private final long[] vectors;
        private final int page;
        private final double[] left = new double[VALUES_A_PAGE];
        private final double[] right = new double[VALUES_A_PAGE];

        Sum(long[] vectors, int page) {
            this.vectors = vectors;
            this.page = page;
        }

        @Override
        public boolean step(DeviceAccess memory) {
            memory.read(at(vectors[0], page), MemorySegment.ofArray(left));
            memory.read(at(vectors[1], page), MemorySegment.ofArray(right));
            for (int i = 0; i < left.length; i++) {
                left[i] += right[i];
            }
            memory.write(at(vectors[2], page), MemorySegment.ofArray(left));
            return false;
        }
    }
}
