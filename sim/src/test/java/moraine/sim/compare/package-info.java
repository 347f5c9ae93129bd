@NullMarked
package moraine.sim.compare;

import org.jspecify.annotations.NullMarked;
