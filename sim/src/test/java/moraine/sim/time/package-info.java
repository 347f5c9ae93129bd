@NullMarked
package moraine.sim.time;

import org.jspecify.annotations.NullMarked;
