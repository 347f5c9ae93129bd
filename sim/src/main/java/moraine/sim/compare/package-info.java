/** Comparison of policies: one machine each, the same subject, what each cost and why. */
@NullMarked
package moraine.sim.compare;

import org.jspecify.annotations.NullMarked;
