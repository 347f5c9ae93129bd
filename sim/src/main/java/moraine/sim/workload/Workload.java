package moraine.sim.workload;

import java.util.List;
import moraine.core.api.model.Backing;

/**
 * Something that runs on a machine, in wall-clock and in virtual time by the same code. Its data and the result to
 * expect are made once from a seed; it may run on many machines at a time.
 */
public interface Workload {
    String name();

    /** {@return what it does, in a line} */
    String summary();

    /** {@return pages that it maps} */
    long pages();

    /** {@return loads and stores of values that the algorithm makes; repeats after a fault are not counted} */
    long references();

    /** {@return what its machine needs behind frames} */
    Backing backing();

    /** {@return what a reader of its figures must know, a sentence each} */
    List<String> notes();

    /** Runs it. @return whether the result was right */
    Outcome run(Stage stage);
}
