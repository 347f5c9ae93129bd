package moraine.sim.workload;

import java.util.random.RandomGenerator;

/**
 * A recursive-matrix graph (Chakrabarti, Zhan, Faloutsos 2004) with the probabilities of Graph500: a = 0.57, b = c =
 * 0.19, d = 0.05. Edges are stored by target in compressed rows; an edge weighs 1 / out-degree of its source.
 */
final class Rmat {
    /** Bits of a random number that decide a level, of which 2^16 are the whole. */
    private static final int LEVEL_BITS = 16;

    private static final int LEVELS_A_DRAW = Long.SIZE / LEVEL_BITS;
    private static final int A = (int) (0.57 * (1 << LEVEL_BITS));
    private static final int AB = (int) (0.76 * (1 << LEVEL_BITS));
    private static final int ABC = (int) (0.95 * (1 << LEVEL_BITS));

    /** First edge of each vertex, and the end. */
    final int[] first;

    /** Sources of edges, by target. */
    final int[] source;

    /** Out-degrees. */
    final int[] degree;

    Rmat(int scale, int edgesAVertex, RandomGenerator random) {
        int vertices = 1 << scale;
        int edges = vertices * edgesAVertex;
        first = new int[vertices + 1];
        source = new int[edges];
        degree = new int[vertices];
        int[] from = new int[edges];
        int[] to = new int[edges];
        for (int edge = 0; edge < edges; edge++) {
            long pair = draw(scale, random);
            from[edge] = (int) (pair >>> 32);
            to[edge] = (int) pair;
            degree[from[edge]]++;
            first[to[edge] + 1]++;
        }
        for (int vertex = 0; vertex < vertices; vertex++) {
            first[vertex + 1] += first[vertex];
        }
        int[] next = first.clone();
        for (int edge = 0; edge < edges; edge++) {
            source[next[to[edge]]++] = from[edge];
        }
    }

    private static long draw(int scale, RandomGenerator random) {
        int from = 0;
        int to = 0;
        long bits = 0;
        for (int level = 0; level < scale; level++) {
            if (level % LEVELS_A_DRAW == 0) {
                bits = random.nextLong();
            }
            int chance = (int) bits & (1 << LEVEL_BITS) - 1;
            bits >>>= LEVEL_BITS;
            from = from << 1 | (chance >= AB ? 1 : 0);
            to = to << 1 | ((chance >= A && chance < AB) || chance >= ABC ? 1 : 0);
        }
        return (long) from << 32 | to;
    }

    int vertices() {
        return degree.length;
    }

    int edges() {
        return source.length;
    }

    double weight(int edge) {
        return 1.0 / degree[source[edge]];
    }
}
