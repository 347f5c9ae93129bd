package moraine.sim.workload;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import moraine.core.api.driver.Block;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Pages;
import moraine.sim.time.VirtualEnvironment;

/**
 * k-means (Lloyd): in turn the device assigns each point to the nearest centroid and sums the points of each cluster by
 * block, and the CPU adds the blocks' sums in their order and writes the new centroids. At last the CPU reads the
 * labels.
 */
final class KMeans implements Workload {
    private static final int DIMENSIONS = 8;
    private static final int CLUSTERS = 16;
    private static final int POINTS_A_PAGE = Pages.SIZE / (DIMENSIONS * Double.BYTES);
    private static final int PAGES_A_BLOCK = 16;
    /** Sums of coordinates, then the number of points, for each cluster. */
    private static final int SUM_VALUES = CLUSTERS * (DIMENSIONS + 1);
    /** A block's sums, padded so that they lie within a page. */
    private static final int SUM_BYTES = 2048;

    private final int pointPages;
    private final int iterations;
    private final double[] points;
    private final int[] expected;

    KMeans(int pointPages, int iterations, long seed) {
        this.pointPages = pointPages;
        this.iterations = iterations;
        RandomGenerator random = VirtualEnvironment.seeded(seed, "k-means");
        points = random.doubles((long) pointPages * POINTS_A_PAGE * DIMENSIONS).toArray();
        expected = compute();
    }

    @Override
    public String name() {
        return "k-means";
    }

    @Override
    public String summary() {
        return "k-means, " + iterations + " iterations over " + count() + " points of " + DIMENSIONS + " doubles, "
                + CLUSTERS + " clusters";
    }

    @Override
    public long pages() {
        return pointPages + Pages.count(labelBytes()) + Pages.count(sumBytes()) + 1;
    }

    @Override
    public long references() {
        long centroids = (long) CLUSTERS * DIMENSIONS;
        long iteration = points.length + count() + blocks() * (centroids + 2L * SUM_VALUES) + centroids;
        return points.length + centroids + iterations * iteration + count();
    }

    @Override
    public Backing backing() {
        return Backing.BYTES;
    }

    @Override
    public List<String> notes() {
        return List.of();
    }

    private int count() {
        return points.length / DIMENSIONS;
    }

    private int blocks() {
        return (pointPages + PAGES_A_BLOCK - 1) / PAGES_A_BLOCK;
    }

    private long labelBytes() {
        return (long) count() * Integer.BYTES;
    }

    private long sumBytes() {
        return (long) blocks() * SUM_BYTES;
    }

    private int[] compute() {
        double[] centroids = firstCentroids();
        int[] labels = new int[count()];
        double[][] sums = new double[blocks()][SUM_VALUES];
        for (int i = 0; i < iterations; i++) {
            for (int block = 0; block < sums.length; block++) {
                Arrays.fill(sums[block], 0);
                int end = Math.min(count(), (block + 1) * PAGES_A_BLOCK * POINTS_A_PAGE);
                for (int point = block * PAGES_A_BLOCK * POINTS_A_PAGE; point < end; point++) {
                    labels[point] = nearest(points, point * DIMENSIONS, centroids);
                    addPoint(sums[block], labels[point], points, point * DIMENSIONS);
                }
            }
            centroids = newCentroids(centroids, sums);
        }
        return labels;
    }

    /** {@return as many points as there are clusters, spread over all} */
    private double[] firstCentroids() {
        double[] centroids = new double[CLUSTERS * DIMENSIONS];
        for (int cluster = 0; cluster < CLUSTERS; cluster++) {
            int point = (int) ((long) count() * cluster / CLUSTERS);
            System.arraycopy(points, point * DIMENSIONS, centroids, cluster * DIMENSIONS, DIMENSIONS);
        }
        return centroids;
    }

    private static int nearest(double[] values, int at, double[] centroids) {
        int best = 0;
        double bestDistance = Double.POSITIVE_INFINITY;
        for (int cluster = 0; cluster < CLUSTERS; cluster++) {
            double distance = 0;
            for (int d = 0; d < DIMENSIONS; d++) {
                double difference = values[at + d] - centroids[cluster * DIMENSIONS + d];
                distance += difference * difference;
            }
            if (distance < bestDistance) {
                best = cluster;
                bestDistance = distance;
            }
        }
        return best;
    }

    private static void addPoint(double[] sums, int cluster, double[] values, int at) {
        int base = cluster * (DIMENSIONS + 1);
        for (int d = 0; d < DIMENSIONS; d++) {
            sums[base + d] += values[at + d];
        }
        sums[base + DIMENSIONS]++;
    }

    private static double[] newCentroids(double[] old, double[][] sums) {
        double[] total = new double[SUM_VALUES];
        for (double[] block : sums) {
            for (int i = 0; i < SUM_VALUES; i++) {
                total[i] += block[i];
            }
        }
        double[] centroids = old.clone();
        for (int cluster = 0; cluster < CLUSTERS; cluster++) {
            double members = total[cluster * (DIMENSIONS + 1) + DIMENSIONS];
            for (int d = 0; d < DIMENSIONS && members > 0; d++) {
                centroids[cluster * DIMENSIONS + d] = total[cluster * (DIMENSIONS + 1) + d] / members;
            }
        }
        return centroids;
    }

    @Override
    public Outcome run(Stage stage) {
        var run = new Run(stage);
        double[] centroids = firstCentroids();
        for (int i = 0; i < iterations; i++) {
            centroids = run.iterate(centroids);
        }
        return run.check();
    }

    /** One run: where the arrays are. */
    private final class Run {
        private final Stage stage;
        private final long data;
        private final long labels;
        private final long sums;
        private final long centroidPage;

        Run(Stage stage) {
            this.stage = stage;
            centroidPage = placed(Pages.SIZE);
            sums = placed(sumBytes());
            labels = placed(labelBytes());
            data = placed((long) pointPages * Pages.SIZE);
            stage.cpu("fill points", pointPages, (memory, page) -> {
                var values = MemorySegment.ofArray(points).asSlice((long) page * Pages.SIZE, Pages.SIZE);
                memory.write(data + (long) page * Pages.SIZE, values);
            });
        }

        private long placed(long bytes) {
            long address = stage.map(bytes);
            stage.preferDevice(address, Pages.ceil(bytes));
            return address;
        }

        double[] iterate(double[] centroids) {
            stage.cpu("write centroids", 1, (m, i) -> m.write(centroidPage, MemorySegment.ofArray(centroids)));
            stage.kernel(new GridKernel("k-means", blocks(), index -> new Assign(this, index)));
            double[][] found = new double[blocks()][SUM_VALUES];
            stage.cpu(
                    "add sums",
                    blocks(),
                    (m, i) -> m.read(sums + (long) i * SUM_BYTES, MemorySegment.ofArray(found[i])));
            return newCentroids(centroids, found);
        }

        Outcome check() {
            int[] found = new int[count()];
            stage.cpu("read labels", (int) Pages.count(labelBytes()), (memory, page) -> {
                long start = (long) page * Pages.SIZE;
                long bytes = Math.min(Pages.SIZE, labelBytes() - start);
                memory.read(labels + start, MemorySegment.ofArray(found).asSlice(start, bytes));
            });
            int wrong = Arrays.mismatch(expected, found);
            return wrong < 0
                    ? Outcome.right(found.length + " labels equal those of a plain computation")
                    : Outcome.wrong("label of point " + wrong + " is " + found[wrong] + ", not " + expected[wrong]);
        }
    }

    /** Some pages of points, one a step; the block's sums in the last. */
    private final class Assign implements Block {
        private final Run run;
        private final int index;
        private final int end;
        private final double[] centroids = new double[CLUSTERS * DIMENSIONS];
        private final double[] sums = new double[SUM_VALUES];
        private final double[] values = new double[POINTS_A_PAGE * DIMENSIONS];
        private final int[] found = new int[POINTS_A_PAGE];
        private int page;
        private boolean began;

        Assign(Run run, int index) {
            this.run = run;
            this.index = index;
            this.page = index * PAGES_A_BLOCK;
            this.end = Math.min(page + PAGES_A_BLOCK, pointPages);
        }

        @Override
        public boolean step(DeviceAccess memory) {
            if (!began) {
                memory.read(run.centroidPage, MemorySegment.ofArray(centroids));
                began = true;
            } else if (page < end) {
                assign(memory);
            } else {
                memory.write(run.sums + (long) index * SUM_BYTES, MemorySegment.ofArray(sums));
                return false;
            }
            return true;
        }

        private void assign(DeviceAccess memory) {
            memory.read(run.data + (long) page * Pages.SIZE, MemorySegment.ofArray(values));
            for (int i = 0; i < POINTS_A_PAGE; i++) {
                found[i] = nearest(values, i * DIMENSIONS, centroids);
            }
            long label = (long) page * POINTS_A_PAGE * Integer.BYTES;
            memory.write(run.labels + label, MemorySegment.ofArray(found));
            for (int i = 0; i < POINTS_A_PAGE; i++) {
                addPoint(sums, found[i], values, i * DIMENSIONS);
            }
            page++;
        }
    }
}
