@NullMarked
package moraine.sim.workload;

import org.jspecify.annotations.NullMarked;
