package moraine.core.impl.check;

import java.util.Set;
import java.util.function.Function;

/**
 * A fault that is planted.
 *
 * @param invariant what it breaks
 * @param name of the case, for people
 * @param reported all names that the checker reports
 * @param plant plants it; answers with what takes it away
 */
record Planting(String invariant, String name, Set<String> reported, Function<Scene, Runnable> plant) {
    static Planting of(String invariant, String name, Function<Scene, Runnable> plant) {
        return new Planting(invariant, name, Set.of(invariant), plant);
    }

    @Override
    public String toString() {
        return invariant + ": " + name;
    }
}
