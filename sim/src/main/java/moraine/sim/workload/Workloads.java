package moraine.sim.workload;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.sim.trace.Phase;
import moraine.sim.trace.Trace;

/** The kernels that come with the simulation, in their usual sizes, and what replays a trace. */
public final class Workloads {
    private static final Map<String, Recipe> RECIPES = recipes();

    private Workloads() {}

    private static final int MOST_ROUNDS = 1000;

    /** Makes a workload from a size, which doubles its data with each step up, rounds of its kernels, and a seed. */
    private record Recipe(String summary, int size, int rounds, Maker maker) {}

    /** Makes a workload. */
    private interface Maker {
        Workload make(int size, int rounds, long seed);
    }

    private static Map<String, Recipe> recipes() {
        var all = new LinkedHashMap<String, Recipe>();
        all.put("pagerank", new Recipe("ranks of an R-MAT graph", 18, 3, PageRank::new));
        all.put(
                "vector-add",
                new Recipe(
                        "sums of two vectors", 12, 4, (size, rounds, seed) -> new VectorAdd(1 << size, rounds, seed)));
        all.put(
                "stencil",
                new Recipe("a 5-point stencil", 13, 6, (size, rounds, seed) -> new Stencil(1 << size, rounds, seed)));
        all.put(
                "k-means",
                new Recipe("clusters of points", 13, 5, (size, rounds, seed) -> new KMeans(1 << size, rounds, seed)));
        return all;
    }

    public static List<String> names() {
        return List.copyOf(RECIPES.keySet());
    }

    /** {@return what a workload does, in a few words} */
    public static String summary(String name) {
        return recipe(name).summary();
    }

    /** Makes a workload with its usual rounds. */
    public static Workload create(String name, int size, long seed) {
        return create(name, size, 0, seed);
    }

    /**
     * Makes a workload's data and computes the result to expect.
     *
     * @param size its size, which doubles the data with each step up; 0 for the usual
     * @param rounds how often its kernels run over the data; 0 for the usual
     * @throws MoraineException ENOENT for an unknown name, EINVAL for a size that is not from 4 to 24
     */
    public static Workload create(String name, int size, int rounds, long seed) {
        check(name, size, rounds);
        Recipe recipe = recipe(name);
        return recipe.maker().make(size == 0 ? recipe.size() : size, rounds == 0 ? recipe.rounds() : rounds, seed);
    }

    /** Refuses what {@link #create(String, int, int, long)} would refuse, without making data. */
    public static void check(String name, int size, int rounds) {
        Recipe recipe = recipe(name);
        if (size != 0 && (size < 4 || size > 24)) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "size " + size + " of workload " + name + " is not from 4 to 24; " + recipe.size() + " is usual");
        }
        if (rounds < 0 || rounds > MOST_ROUNDS) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "rounds " + rounds + " of workload " + name + " are not from 1 to " + MOST_ROUNDS + "; "
                            + recipe.rounds() + " are usual");
        }
    }

    /** {@return what replays a trace in phases} */
    public static Workload replay(Trace trace, List<Phase> phases) {
        return new TraceReplay(trace, phases);
    }

    private static Recipe recipe(String name) {
        Recipe recipe = RECIPES.get(name);
        if (recipe == null) {
            throw MoraineException.caller(
                    Errno.ENOENT, "no workload " + name + "; there are " + String.join(", ", RECIPES.keySet()));
        }
        return recipe;
    }
}
