package moraine.testkit.cdm;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** A subject with two strategies that never gets as far as a machine. */
public final class NoPlant implements Subject {
    /** Made by name. */
    public NoPlant() {}

    @Override
    public List<Strategy> strategies() {
        return List.of(
                new Strategy("one", "one", Map.of(), Set.of(Claim.BIND)),
                new Strategy("a strategy of that name", "other", Map.of(), Set.of()));
    }

    @Override
    public Plant plant() {
        throw new UnsupportedOperationException("no plant today");
    }
}
