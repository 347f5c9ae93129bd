@NullMarked
package moraine.sim.trace;

import org.jspecify.annotations.NullMarked;
