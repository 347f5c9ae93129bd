package moraine.policy.cdm;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import moraine.core.api.host.MachineView;
import moraine.core.api.host.PolicyContext;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Plan;

/** A policy's context that notes what it is asked for. */
final class RecordingContext implements PolicyContext {
    /** A request to move pages. */
    record Move(int space, long address, long bytes, int node, Cause cause) {}

    /** Pages that found no room. */
    record Lack(int space, long pages, int node) {}

    final List<Move> moves = new ArrayList<>();
    final List<Lack> lacks = new ArrayList<>();
    private final MachineView view;

    RecordingContext(MachineView view) {
        this.view = view;
    }

    @Override
    public MachineView view() {
        return view;
    }

    @Override
    public RandomGenerator random() {
        return RandomGenerator.of("L64X128MixRandom");
    }

    @Override
    public void replan(Plan plan) {
        throw new AssertionError("this strategy never replans by itself");
    }

    @Override
    public void requestMigration(int space, long address, long bytes, int node, Cause cause) {
        moves.add(new Move(space, address, bytes, node, cause));
    }

    @Override
    public void reportLack(int space, long pages, int node) {
        lacks.add(new Lack(space, pages, node));
    }
}
