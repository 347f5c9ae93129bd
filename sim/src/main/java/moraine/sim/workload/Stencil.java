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
 * A 5-point stencil on a grid whose rows are a page each: a cell becomes the mean of itself and its four neighbours,
 * cells on the left and right edge stay. The top and bottom rows are boundaries that the CPU sets anew before each
 * iteration, and it reads every sixteenth row after it, as a program that watches its progress does.
 */
final class Stencil implements Workload {
    private static final int WIDTH = Pages.SIZE / Double.BYTES;
    private static final int WATCHED_EVERY = 16;
    private static final int ROWS_A_BLOCK = 8;

    private final int rows;
    private final int iterations;
    private final double[] start;
    private final double[] expected;

    Stencil(int rows, int iterations, long seed) {
        this.rows = rows;
        this.iterations = iterations;
        RandomGenerator random = VirtualEnvironment.seeded(seed, "stencil");
        start = random.doubles((long) rows * WIDTH).toArray();
        expected = compute();
    }

    @Override
    public String name() {
        return "stencil";
    }

    @Override
    public String summary() {
        return "5-point stencil, " + iterations + " iterations on " + rows + " x " + WIDTH + " doubles";
    }

    @Override
    public long pages() {
        return 2L * rows;
    }

    @Override
    public long references() {
        long inner = (rows - 2L) * WIDTH;
        long watched = (rows + WATCHED_EVERY - 1L) / WATCHED_EVERY * WIDTH;
        return 2L * start.length + iterations * (4 * inner + 2L * WIDTH + watched) + start.length;
    }

    @Override
    public Backing backing() {
        return Backing.BYTES;
    }

    @Override
    public List<String> notes() {
        return List.of();
    }

    private static double boundary(int iteration, int row, int column) {
        return (iteration + 1) * 0.125 + (row == 0 ? column : WIDTH - column) / (double) WIDTH;
    }

    private static double[] boundaryRow(int iteration, int row) {
        double[] values = new double[WIDTH];
        Arrays.setAll(values, column -> boundary(iteration, row, column));
        return values;
    }

    private double[] compute() {
        double[][] grid = new double[rows][];
        Arrays.setAll(grid, row -> Arrays.copyOfRange(start, row * WIDTH, (row + 1) * WIDTH));
        double[][] next = new double[rows][];
        for (int i = 0; i < iterations; i++) {
            grid[0] = boundaryRow(i, 0);
            grid[rows - 1] = boundaryRow(i, rows - 1);
            next[0] = grid[0];
            next[rows - 1] = grid[rows - 1];
            for (int row = 1; row < rows - 1; row++) {
                next[row] = new double[WIDTH];
                smooth(grid[row - 1], grid[row], grid[row + 1], next[row]);
            }
            double[][] swap = grid;
            grid = next;
            next = swap;
        }
        double[] flat = new double[start.length];
        for (int row = 1; row < rows - 1; row++) {
            System.arraycopy(grid[row], 0, flat, row * WIDTH, WIDTH);
        }
        return flat;
    }

    private static void smooth(double[] above, double[] row, double[] below, double[] into) {
        into[0] = row[0];
        into[WIDTH - 1] = row[WIDTH - 1];
        for (int i = 1; i < WIDTH - 1; i++) {
            into[i] = (row[i] + row[i - 1] + row[i + 1] + above[i] + below[i]) * 0.2;
        }
    }

    @Override
    public Outcome run(Stage stage) {
        long bytes = (long) rows * Pages.SIZE;
        long[] grids = {stage.map(bytes), stage.map(bytes)};
        stage.preferDevice(grids[0], bytes);
        stage.preferDevice(grids[1], bytes);
        stage.cpu("fill grids", rows, (memory, row) -> {
            memory.write(at(grids[0], row), MemorySegment.ofArray(start).asSlice((long) row * Pages.SIZE, Pages.SIZE));
            memory.write(at(grids[1], row), MemorySegment.ofArray(new double[WIDTH]));
        });
        for (int i = 0; i < iterations; i++) {
            iterate(stage, i, grids[i % 2], grids[1 - i % 2]);
        }
        return check(stage, grids[iterations % 2]);
    }

    private void iterate(Stage stage, int iteration, long from, long to) {
        int last = rows - 1;
        stage.cpu("set boundaries", 2, (memory, side) -> {
            int row = side == 0 ? 0 : last;
            memory.write(at(from, row), MemorySegment.ofArray(boundaryRow(iteration, row)));
        });
        int blocks = (rows - 2 + ROWS_A_BLOCK - 1) / ROWS_A_BLOCK;
        stage.kernel(new GridKernel("stencil", blocks, index -> new Smooth(from, to, index)));
        int watched = (rows + WATCHED_EVERY - 1) / WATCHED_EVERY;
        stage.cpu("watch", watched, (memory, i) -> {
            double[] row = new double[WIDTH];
            memory.read(at(to, i * WATCHED_EVERY), MemorySegment.ofArray(row));
        });
    }

    private Outcome check(Stage stage, long grid) {
        double[] found = new double[expected.length];
        stage.cpu("read grid", rows - 2, (memory, i) -> {
            var into = MemorySegment.ofArray(found).asSlice((i + 1L) * Pages.SIZE, Pages.SIZE);
            memory.read(at(grid, i + 1), into);
        });
        int wrong = Arrays.mismatch(expected, found);
        return wrong < 0
                ? Outcome.right((rows - 2) * WIDTH + " cells equal those of a plain computation")
                : Outcome.wrong("cell " + wrong + " is " + found[wrong] + ", not " + expected[wrong]);
    }

    private static long at(long grid, int row) {
        return grid + (long) row * Pages.SIZE;
    }

    /** Neighbouring rows, one a step. */
    private final class Smooth implements Block {
        private final long from;
        private final long to;
        private final int end;
        private final double[] above = new double[WIDTH];
        private final double[] row = new double[WIDTH];
        private final double[] below = new double[WIDTH];
        private final double[] into = new double[WIDTH];
        private int next;

        Smooth(long from, long to, int index) {
            this.from = from;
            this.to = to;
            this.next = 1 + index * ROWS_A_BLOCK;
            this.end = Math.min(next + ROWS_A_BLOCK, rows - 1);
        }

        @Override
        public boolean step(DeviceAccess memory) {
            memory.read(at(from, next - 1), MemorySegment.ofArray(above));
            memory.read(at(from, next), MemorySegment.ofArray(row));
            memory.read(at(from, next + 1), MemorySegment.ofArray(below));
            smooth(above, row, below, into);
            memory.write(at(to, next), MemorySegment.ofArray(into));
            next++;
            return next < end;
        }
    }
}
