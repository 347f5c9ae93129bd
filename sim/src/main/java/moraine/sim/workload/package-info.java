/** What runs on a machine: kernels with the host work around them, and replayed traces. */
@NullMarked
package moraine.sim.workload;

import org.jspecify.annotations.NullMarked;
