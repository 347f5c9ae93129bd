/** Traces, machine profiles, cost model, comparison and reports. */
@NullMarked
package moraine.sim;

import org.jspecify.annotations.NullMarked;
