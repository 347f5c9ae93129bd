package moraine.sim.workload;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import moraine.core.api.driver.Block;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.host.MemoryAccess;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Pages;
import moraine.sim.time.VirtualEnvironment;

/**
 * PageRank on a weighted R-MAT graph in compressed rows. The CPU fills the arrays; then in turn the device pulls ranks
 * along the edges, and the CPU sums the new ranks to give back what vertices without edges lost; at last the CPU reads
 * the result.
 *
 * <pre>
 * new(v) = base + 0.85 x sum over edges (u, v) of rank(u) / degree(u);  base = (0.15 + lost) / n
 * </pre>
 */
final class PageRank implements Workload {
    private static final double DAMPING = 0.85;
    private static final int EDGES_A_VERTEX = 20;
    /** An edge: source as a long, weight as a double. */
    private static final int EDGE_BYTES = 16;

    private static final int VALUES_A_PAGE = Pages.SIZE / Double.BYTES;
    /** Divides a page, so that a block's ranks and rows lie in one. */
    private static final int VERTICES_A_BLOCK = 64;

    private static final int EDGES_A_PAGE = Pages.SIZE / EDGE_BYTES;

    private final int scale;
    private final int iterations;
    private final Rmat graph;
    private final double[] expected;

    PageRank(int scale, int iterations, long seed) {
        this.scale = scale;
        this.iterations = iterations;
        this.graph = new Rmat(scale, EDGES_A_VERTEX, VirtualEnvironment.seeded(seed, "pagerank"));
        this.expected = compute();
    }

    @Override
    public String name() {
        return "pagerank";
    }

    @Override
    public String summary() {
        return "PageRank, " + iterations + " iterations on an R-MAT graph of 2^" + scale + " vertices and "
                + graph.edges() + " edges";
    }

    @Override
    public long pages() {
        return 2 * Pages.count(rankBytes()) + Pages.count(firstBytes()) + Pages.count(edgeBytes());
    }

    @Override
    public long references() {
        long filled = 2L * graph.edges() + 3L * graph.vertices() + 1;
        long pulled = 3L * graph.edges() + 2L * graph.vertices() + 1;
        return filled + iterations * (pulled + graph.vertices()) + graph.vertices();
    }

    @Override
    public Backing backing() {
        return Backing.BYTES;
    }

    @Override
    public List<String> notes() {
        return List.of();
    }

    private long rankBytes() {
        return (long) graph.vertices() * Double.BYTES;
    }

    private long firstBytes() {
        return (graph.vertices() + 1L) * Long.BYTES;
    }

    private long edgeBytes() {
        return (long) graph.edges() * EDGE_BYTES;
    }

    private double[] compute() {
        double[] rank = new double[graph.vertices()];
        double[] next = new double[graph.vertices()];
        Arrays.fill(rank, 1.0 / graph.vertices());
        double base = (1 - DAMPING) / graph.vertices();
        for (int i = 0; i < iterations; i++) {
            for (int v = 0; v < rank.length; v++) {
                double sum = 0;
                for (int e = graph.first[v]; e < graph.first[v + 1]; e++) {
                    sum += rank[graph.source[e]] * graph.weight(e);
                }
                next[v] = base + DAMPING * sum;
            }
            base = base(pageSums(next));
            double[] swap = rank;
            rank = next;
            next = swap;
        }
        return rank;
    }

    private static double[] pageSums(double[] values) {
        double[] sums = new double[(values.length + VALUES_A_PAGE - 1) / VALUES_A_PAGE];
        for (int i = 0; i < values.length; i++) {
            sums[i / VALUES_A_PAGE] += values[i];
        }
        return sums;
    }

    private double base(double[] sums) {
        double lost = 1 - Arrays.stream(sums).reduce(0, Double::sum);
        return (1 - DAMPING + lost) / graph.vertices();
    }

    @Override
    public Outcome run(Stage stage) {
        var run = new Run(stage);
        run.fill();
        for (int i = 0; i < iterations; i++) {
            run.iterate();
        }
        return run.check();
    }

    /** One run: where the arrays are, and the iteration's state. */
    private final class Run {
        private final Stage stage;
        private final long edges;
        private final long first;
        private long rank;
        private long next;
        private double base = (1 - DAMPING) / graph.vertices();

        Run(Stage stage) {
            this.stage = stage;
            rank = stage.map(rankBytes());
            next = stage.map(rankBytes());
            first = stage.map(firstBytes());
            edges = stage.map(edgeBytes());
            stage.preferDevice(rank, Pages.ceil(rankBytes()));
            stage.preferDevice(next, Pages.ceil(rankBytes()));
            stage.preferDevice(first, Pages.ceil(firstBytes()));
            stage.preferDevice(edges, Pages.ceil(edgeBytes()));
        }

        void fill() {
            int rankPages = (int) Pages.count(rankBytes());
            stage.cpu("fill ranks", rankPages, this::fillRanks);
            stage.cpu("fill rows", (int) Pages.count(firstBytes()), this::fillFirst);
            stage.cpu("fill edges", (int) Pages.count(edgeBytes()), this::fillEdges);
        }

        private void fillRanks(MemoryAccess memory, int page) {
            double[] values = new double[Math.min(VALUES_A_PAGE, graph.vertices() - page * VALUES_A_PAGE)];
            memory.write(next + (long) page * Pages.SIZE, MemorySegment.ofArray(values));
            Arrays.fill(values, 1.0 / graph.vertices());
            memory.write(rank + (long) page * Pages.SIZE, MemorySegment.ofArray(values));
        }

        private void fillFirst(MemoryAccess memory, int page) {
            int start = page * VALUES_A_PAGE;
            long[] values = new long[Math.min(VALUES_A_PAGE, graph.first.length - start)];
            Arrays.setAll(values, i -> graph.first[start + i]);
            memory.write(first + (long) page * Pages.SIZE, MemorySegment.ofArray(values));
        }

        private void fillEdges(MemoryAccess memory, int page) {
            int start = page * EDGES_A_PAGE;
            int count = Math.min(EDGES_A_PAGE, graph.edges() - start);
            long[] values = new long[2 * count];
            for (int i = 0; i < count; i++) {
                values[2 * i] = graph.source[start + i];
                values[2 * i + 1] = Double.doubleToRawLongBits(graph.weight(start + i));
            }
            memory.write(edges + (long) page * Pages.SIZE, MemorySegment.ofArray(values));
        }

        void iterate() {
            int blocks = (graph.vertices() + VERTICES_A_BLOCK - 1) / VERTICES_A_BLOCK;
            stage.kernel(new GridKernel("pagerank", blocks, index -> new Pull(this, index)));
            int pages = (int) Pages.count(rankBytes());
            double[] sums = new double[pages];
            stage.cpu("sum ranks", pages, (memory, page) -> sums[page] = sum(read(memory, next, page)));
            base = base(sums);
            long swap = rank;
            rank = next;
            next = swap;
        }

        Outcome check() {
            double[] found = new double[graph.vertices()];
            stage.cpu("read ranks", (int) Pages.count(rankBytes()), (memory, page) -> {
                double[] values = read(memory, rank, page);
                System.arraycopy(values, 0, found, page * VALUES_A_PAGE, values.length);
            });
            int wrong = Arrays.mismatch(expected, found);
            return wrong < 0
                    ? Outcome.right(found.length + " ranks equal those of a plain computation")
                    : Outcome.wrong("rank of vertex " + wrong + " is " + found[wrong] + ", not " + expected[wrong]);
        }

        private double[] read(MemoryAccess memory, long array, int page) {
            double[] values = new double[Math.min(VALUES_A_PAGE, graph.vertices() - page * VALUES_A_PAGE)];
            memory.read(array + (long) page * Pages.SIZE, MemorySegment.ofArray(values));
            return values;
        }

        private static double sum(double[] values) {
            double sum = 0;
            for (double value : values) {
                sum += value;
            }
            return sum;
        }
    }

    /** Some new ranks: reads their rows, then gathers along their edges some at a time, then writes the ranks. */
    private final class Pull implements Block {
        private static final int EDGES_A_STEP = 128;

        private final long rank;
        private final long firstRow;
        private final long edges;
        private final long target;
        private final double base;
        private final double[] ranks;
        private final long[] rows;
        private final long[] window = new long[2 * EDGES_A_STEP];
        private final double[] gathered = new double[EDGES_A_STEP];
        private int vertex;
        private long edge = -1;
        private double sum;

        Pull(Run run, int index) {
            rank = run.rank;
            long start = (long) index * VERTICES_A_BLOCK;
            firstRow = run.first + start * Long.BYTES;
            edges = run.edges;
            target = run.next + start * Double.BYTES;
            base = run.base;
            ranks = new double[(int) Math.min(VERTICES_A_BLOCK, graph.vertices() - start)];
            rows = new long[ranks.length + 1];
        }

        @Override
        public boolean step(DeviceAccess memory) {
            if (edge < 0) {
                readRows(memory);
                return true;
            }
            if (edge < rows[ranks.length]) {
                gather(memory);
                return true;
            }
            finishRows();
            memory.write(target, MemorySegment.ofArray(ranks));
            return false;
        }

        private void readRows(DeviceAccess memory) {
            memory.read(firstRow, MemorySegment.ofArray(rows).asSlice(0, (long) ranks.length * Long.BYTES));
            rows[ranks.length] = memory.getLong(firstRow + (long) ranks.length * Long.BYTES);
            edge = rows[0];
        }

        private void gather(DeviceAccess memory) {
            long inPage = EDGES_A_PAGE - edge % EDGES_A_PAGE;
            int count = (int) Math.min(Math.min(EDGES_A_STEP, inPage), rows[ranks.length] - edge);
            memory.read(edges + edge * EDGE_BYTES, MemorySegment.ofArray(window).asSlice(0, (long) count * EDGE_BYTES));
            for (int i = 0; i < count; i++) {
                double weight = Double.longBitsToDouble(window[2 * i + 1]);
                gathered[i] = memory.getDouble(rank + window[2 * i] * Double.BYTES) * weight;
            }
            for (int i = 0; i < count; i++, edge++) {
                finishRows();
                sum += gathered[i];
            }
        }

        /** Closes the rows that end at the present edge. */
        private void finishRows() {
            while (vertex < ranks.length && rows[vertex + 1] <= edge) {
                ranks[vertex++] = base + DAMPING * sum;
                sum = 0;
            }
        }
    }
}
